import { OverseerError } from '../errors/overseer-error.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';

/** Whether a task is over without being done. */
export function isUndone({ status }: TaskState): boolean {
  return status === 'failed' || status === 'skipped';
}

/** Throws `OverseerError` `task.not-over` for a task that cannot be tried again, since it is open or done. */
export function requireUndone(state: TaskState): void {
  if (isUndone(state)) return;
  throw new OverseerError(
    'task.not-over',
    `Task ${state.task.key} is ${state.status}: only one that failed or was skipped can be tried again.`,
  );
}

/** Throws `OverseerError` `task.needs` for a task that needs one which is not done and not tried `again` with it. */
export function requireNeeds(run: RunState, task: TaskState, again: ReadonlySet<TaskState>): void {
  for (const key of task.task.needs) {
    const needed = run.tasks.get(key);
    if (needed === undefined || again.has(needed) || !isUndone(needed)) continue;
    // An ensemble goes on without members that are over.
    if (needed.task.memberOf === task.task.key) continue;
    throw new OverseerError(
      'task.needs',
      `Task ${task.task.key} needs ${key}, which ${needed.status === 'failed' ? 'failed' : 'was skipped'}: try that one again.`,
    );
  }
}
