import { OverseerError } from '../errors/overseer-error.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import { isUndone } from './undone.ts';

/**
 * What must be tried again together with a task of an ensemble: with its end the members, where none of them is done;
 * with a member its end. Nothing for every other task. Throws `OverseerError` `task.not-over` for a member whose
 * ensemble has gone on without it.
 */
export function triedTogether(run: RunState, { task }: TaskState): readonly TaskState[] {
  const { ensemble, memberOf, key } = task;
  if (ensemble !== undefined) {
    const members = ensemble.members.flatMap((member) => run.tasks.get(member) ?? []);
    return members.some(({ status }) => status === 'done') ? [] : members.filter(isUndone);
  }
  const end = memberOf === undefined ? undefined : run.tasks.get(memberOf);
  if (end === undefined) return [];
  if (end.status === 'running' || end.status === 'done') {
    throw new OverseerError(
      'task.not-over',
      `Task ${key} cannot be tried again: ${end.task.key}, for which it answers, went on without it.`,
    );
  }
  return isUndone(end) ? [end] : [];
}
