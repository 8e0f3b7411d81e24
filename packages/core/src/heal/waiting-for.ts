import type { RunState } from '../journal/run-state.ts';

/**
 * The task itself and all that wait for it, directly or not: each with the way from it to the task, itself first. Pure;
 * O(tasks + needs).
 */
export function waitingFor(
  run: Pick<RunState, 'tasks'>,
  key: string,
): ReadonlyMap<string, readonly string[]> {
  const waiting = dependantsIn(run);
  const ways = new Map<string, readonly string[]>([[key, [key]]]);
  // A map gives what is added while it is read.
  for (const [name, way] of ways) {
    const fresh = (waiting.get(name) ?? []).filter((next) => !ways.has(next));
    for (const next of fresh) ways.set(next, [next, ...way]);
  }
  return ways;
}

/** By key: the tasks that need it. */
function dependantsIn({ tasks }: Pick<RunState, 'tasks'>): ReadonlyMap<string, readonly string[]> {
  const waiting = new Map<string, string[]>();
  for (const [name, { task }] of tasks) {
    for (const need of task.needs) {
      const known = waiting.get(need);
      if (known === undefined) waiting.set(need, [name]);
      else known.push(name);
    }
  }
  return waiting;
}
