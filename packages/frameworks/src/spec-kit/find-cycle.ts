/** The part of a task that a cycle is made of. */
export interface Dependant {
  readonly uid: string;
  readonly needs: readonly { readonly on: string }[];
}

/**
 * A cycle of dependencies as uids, the first repeated at the end; `undefined` when there is none. Needs on tasks that
 * are not among `tasks` lead nowhere. Time grows with tasks and needs; the depth of the graph does not matter.
 */
export function findCycle(tasks: readonly Dependant[]): readonly string[] | undefined {
  const byUid = new Map(tasks.map((task) => [task.uid, task]));
  const finished = new Set<string>();
  for (const task of tasks) {
    const cycle = finished.has(task.uid) ? undefined : walk(task, byUid, finished);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

interface Step {
  readonly task: Dependant;
  next: number;
}

function walk(
  from: Dependant,
  byUid: ReadonlyMap<string, Dependant>,
  finished: Set<string>,
): readonly string[] | undefined {
  const path: Step[] = [{ task: from, next: 0 }];
  const onPath = new Set([from.uid]);
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const need = step.task.needs[step.next++];
    if (need === undefined) {
      finished.add(step.task.uid);
      onPath.delete(step.task.uid);
      path.pop();
    } else if (onPath.has(need.on)) {
      const uids = path.map(({ task }) => task.uid);
      return [...uids.slice(uids.indexOf(need.on)), need.on];
    } else {
      const next = finished.has(need.on) ? undefined : byUid.get(need.on);
      if (next === undefined) continue;
      onPath.add(next.uid);
      path.push({ task: next, next: 0 });
    }
  }
  return undefined;
}
