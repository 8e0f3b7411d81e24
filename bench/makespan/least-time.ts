/** A task with how long it took. */
export interface TimedTask {
  readonly key: string;
  /** Keys of other tasks of the same graph, without cycles. */
  readonly needs: readonly string[];
  readonly lastsMs: number;
}

/**
 * A time that no order of the tasks beats on so many places, in ms. A task that comes after or before every other is a
 * gate: what lies between two gates is worked between them. So the least times of the parts add up, and that of a part
 * is its longest chain, or its work shared out evenly, whichever is more. Time goes with tasks times tasks.
 */
export function leastTime(tasks: readonly TimedTask[], places: number): number {
  const before = allBefore(tasks);
  const after = new Map(tasks.map(({ key }) => [key, 0]));
  for (const keys of before.values()) {
    for (const key of keys) after.set(key, (after.get(key) ?? 0) + 1);
  }
  const isGate = ({ key }: TimedTask): boolean =>
    (before.get(key)?.size ?? 0) + (after.get(key) ?? 0) === tasks.length - 1;
  const gates = tasks.filter(isGate);
  const parts = Map.groupBy(
    tasks.filter((task) => !isGate(task)),
    ({ key }) => gates.filter((gate) => before.get(key)?.has(gate.key)).length,
  );
  return [...parts.values()].reduce((sum, part) => sum + leastOf(part, places), workOf(gates));
}

function leastOf(part: readonly TimedTask[], places: number): number {
  const ends = inOrder(part, (task, endOf: (key: string) => number | undefined) => {
    const start = Math.max(0, ...task.needs.map((need) => endOf(need) ?? 0));
    return start + task.lastsMs;
  });
  return Math.max(workOf(part) / places, ...ends.values());
}

function workOf(tasks: readonly TimedTask[]): number {
  return tasks.reduce((sum, { lastsMs }) => sum + lastsMs, 0);
}

function allBefore(tasks: readonly TimedTask[]): ReadonlyMap<string, ReadonlySet<string>> {
  return inOrder(
    tasks,
    ({ needs }, beforeOf: (key: string) => ReadonlySet<string> | undefined) =>
      new Set(needs.flatMap((need) => [need, ...(beforeOf(need) ?? [])])),
  );
}

/** Works something out of each task from that of the tasks it needs; those that are not there have none. */
function inOrder<Value>(
  tasks: readonly TimedTask[],
  of: (task: TimedTask, found: (key: string) => Value | undefined) => Value,
): ReadonlyMap<string, Value> {
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const values = new Map<string, Value>();
  const found = (key: string): Value | undefined => {
    const task = byKey.get(key);
    if (task === undefined) return undefined;
    const value = values.get(key) ?? of(task, found);
    values.set(key, value);
    return value;
  };
  for (const { key } of tasks) found(key);
  return values;
}
