import type { OverseerEvent } from '@overseer/core/spec';
import { isMissing } from './audit-ensemble.ts';
import type { AuditedAttempt, AuditedRun, AuditedTask } from './audited.ts';

/** What keeps a task from being started now. */
export function wrongStart(
  run: AuditedRun,
  started: AuditedTask,
  taker: string | undefined,
): readonly string[] {
  const { task, status, isPaused, model } = started;
  const early = task.needs.filter((need) => isMissing(run, started, need));
  const shared = [...run.tasks.values()].flatMap((other) =>
    other.status === 'running' && other.task.key !== task.key
      ? other.task.files.filter((file) => task.files.includes(file))
      : [],
  );
  return [
    ...(run.status === 'running' ? [] : ['starts a task of a run that is suspended']),
    ...(isPaused ? ['starts a task that is paused'] : []),
    ...(taker === undefined || model === undefined || taker === model
      ? []
      : [`goes to ${taker}, and was given to ${model}`]),
    ...(status === 'open' ? [] : [`starts a task that is ${status}`]),
    ...early.map((need) => `starts before ${need}, which it needs, is done`),
    ...shared.map((file) => `starts while another task writes ${file} too`),
  ];
}

/** What keeps an attempt from calling its model now. */
export function wrongCall(
  run: AuditedRun,
  task: AuditedTask,
  attempt: AuditedAttempt,
  { data: { step, hedge } }: OverseerEvent<'call.started'>,
): readonly string[] {
  const open = [...attempt.openCalls];
  const isRepeated = attempt.finishedSteps.has(step);
  return [
    ...(run.status === 'running' ? [] : ['calls for a run that is suspended']),
    ...(task.isPaused ? ['calls for a task that is paused'] : []),
    ...(open.length === (hedge === undefined ? 0 : 1) ? [] : ['calls while another call is open']),
    ...(hedge === undefined || open[0] === hedge.of ? [] : ['hedges a call that is not open']),
    ...(hedge !== undefined && attempt.hasTools ? ['hedges a call that may use tools'] : []),
    ...(isRepeated ? [`makes the call of step ${step} again, whose reply is recorded`] : []),
  ];
}
