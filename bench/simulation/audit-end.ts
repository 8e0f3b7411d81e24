import type { OverseerEvent } from '@overseer/core/spec';
import { type AuditedRun, isCalling } from './audited.ts';

/** What the end of a run leaves open. */
export function leftBehind(run: AuditedRun): readonly string[] {
  return [...run.tasks].flatMap(([key, { status, attempt }]) => [
    ...(status === 'open' || status === 'running' ? [`leaves ${key} ${status}`] : []),
    ...(isCalling(attempt) ? [`leaves a call of ${key} open`] : []),
  ]);
}

/** Whether the end of a run says what its tasks say. */
export function wrongOutcome(
  run: AuditedRun,
  { data }: OverseerEvent<'run.finished'>,
): readonly string[] {
  const statuses = [...run.tasks.values()]
    // An ensemble goes on without members that fail.
    .filter(({ asks, task }) => asks === undefined && task.memberOf === undefined)
    .map(({ status }) => status);
  switch (data.status) {
    case 'completed':
      return statuses.every((status) => status === 'done')
        ? []
        : ['says completed, and a task is not done'];
    case 'failed':
      return statuses.includes('failed') ? [] : ['says failed, and no task did'];
    case 'stopped':
      return (data.because ?? '') === '' ? ['gives no reason'] : [];
  }
}

/** Whether the end of a run tells the sums over its calls. */
export function wrongUsage(
  run: AuditedRun,
  { data }: OverseerEvent<'run.finished'>,
): readonly string[] {
  return Object.entries(run.usage).flatMap(([name, value]) => {
    const told = data.usage[name as keyof typeof data.usage];
    return told === value ? [] : [`tells ${told} ${name} where its calls add up to ${value}`];
  });
}
