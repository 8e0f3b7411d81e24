import type { EventDraft } from '../journal/draft.ts';
import type { RunState } from '../journal/run-state.ts';

/**
 * The events that close what a dead process left open in a run: a call that started and has no end is charged at its
 * estimate, marked uncertain, and may be made again. For the moment at which a process takes a journal over, when
 * nobody can be making these calls. Pure.
 */
export function recoverRun(run: RunState, nowMs: number): readonly EventDraft[] {
  const drafts: EventDraft[] = [];
  for (const [key, task] of run.tasks) {
    const { attempt } = task;
    if (attempt?.openCall === undefined) continue;
    drafts.push({
      type: 'call.failed',
      run: run.id,
      task: key,
      attempt: attempt.id,
      call: attempt.openCall.id,
      ...(attempt.model === undefined ? {} : { model: attempt.model }),
      data: {
        kind: 'aborted',
        message: 'the process ended during the call',
        retryable: true,
        retryAt: nowMs,
        settled: attempt.openCall.estimate,
        uncertain: true,
      },
    });
  }
  return drafts;
}
