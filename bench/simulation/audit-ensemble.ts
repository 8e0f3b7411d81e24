import type { OverseerEvent } from '@overseer/core/spec';
import type { AuditedAttempt, AuditedRun, AuditedTask } from './audited.ts';
import type { World } from './world.ts';

/** Whether a need keeps a task from starting: it is not done, and is no member of its ensemble that is over. */
export function isMissing(run: AuditedRun, { task }: AuditedTask, need: string): boolean {
  const needed = run.tasks.get(need);
  if (needed?.status === 'done') return false;
  const isOver = needed?.status === 'failed' || needed?.status === 'skipped';
  return !(isOver && needed.task.memberOf === task.key);
}

/** What is wrong with the end of an ensemble, whose answer is a member's or a judge's own. */
export function wrongClosing(
  run: AuditedRun,
  { task: { ensemble } }: AuditedTask,
  attempt: AuditedAttempt,
  { data: { from } }: OverseerEvent<'task.done'>,
): readonly string[] {
  if (from === undefined) {
    const isOwn = ensemble?.kind === 'merge' && attempt.finishedSteps.size > 0;
    return ensemble === undefined || isOwn ? [] : ['gives no answer of its members'];
  }
  if (ensemble?.members.includes(from) !== true) return [`takes the answer of ${from}, no member`];
  return run.tasks.get(from)?.status === 'done' ? [] : [`takes the answer of ${from}, not done`];
}

/** Whether an answer was taken over without a model, so that its checks are those of the member that gave it; counts how ensembles end. */
export function isTakenOver(
  world: World,
  { task }: AuditedTask,
  { finishedSteps }: AuditedAttempt,
): boolean {
  if (task.ensemble === undefined) return false;
  const isTaken = finishedSteps.size === 0;
  world.count(isTaken ? 'ensembles taken' : 'ensembles judged');
  return isTaken;
}
