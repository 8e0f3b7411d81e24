import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';

/** Whether a task waits for no other: each that it needs is done, or is a member of its ensemble and over. Pure. */
export function hasItsNeeds(run: RunState, { task }: TaskState): boolean {
  return task.needs.every((need) => {
    const needed = run.tasks.get(need);
    if (needed === undefined) return false;
    return (
      needed.status === 'done' || (needed.task.memberOf === task.key && isFinal[needed.status])
    );
  });
}

/**
 * Of the tasks that wait for one that failed, those that cannot be done without it. All, but for the end of its
 * ensemble and what waits for nothing but that. Pure.
 */
export function lostWith(
  run: RunState,
  { task: { key, memberOf } }: TaskState,
  dependants: readonly string[],
): readonly string[] {
  if (memberOf === undefined) return dependants;
  const lost = new Set([key]);
  const isLost = (name: string): boolean => {
    const needs = run.tasks.get(name)?.task.needs ?? [];
    return needs.some((need) => lost.has(need) && !(need === key && name === memberOf));
  };
  for (let size = 0; size < lost.size; ) {
    size = lost.size;
    for (const name of dependants) if (isLost(name)) lost.add(name);
  }
  lost.delete(key);
  return [...lost];
}
