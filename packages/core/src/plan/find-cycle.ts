/** What a cycle is looked for in. */
export interface Needing {
  readonly key: string;
  readonly needs: readonly string[];
}

/** A cycle among tasks, as the keys on it from its first to the same again; `undefined` when there is none. O(tasks + needs). */
export function findCycle(tasks: readonly Needing[]): readonly string[] | undefined {
  const needsOf = new Map(tasks.map(({ key, needs }) => [key, needs]));
  const finished = new Set<string>();
  for (const { key } of tasks) {
    const cycle = walk(key, needsOf, finished);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Depth first with a stack of its own: a chain of 100,000 tasks must not end the program's. */
function walk(
  start: string,
  needsOf: ReadonlyMap<string, readonly string[]>,
  finished: Set<string>,
): readonly string[] | undefined {
  if (finished.has(start)) return undefined;
  const path: { readonly key: string; next: number }[] = [{ key: start, next: 0 }];
  const onPath = new Set([start]);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const need = needsOf.get(top.key)?.[top.next];
    top.next += 1;
    if (need === undefined) {
      finished.add(top.key);
      onPath.delete(top.key);
      path.pop();
    } else if (onPath.has(need)) {
      const keys = path.map(({ key }) => key);
      return [...keys.slice(keys.indexOf(need)), need];
    } else if (!finished.has(need)) {
      path.push({ key: need, next: 0 });
      onPath.add(need);
    }
  }
  return undefined;
}
