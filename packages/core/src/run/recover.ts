import type { EventDraft } from '../journal/draft.ts';
import { openCallsOf } from '../journal/open-calls.ts';
import type { RunState } from '../journal/run-state.ts';

/**
 * The events that close what a dead process left open in a run: each call that started and has no end is charged at its
 * estimate, marked uncertain, and may be made again. For the moment at which a process takes a journal over, when
 * nobody can be making these calls, but for those that are awaited: whoever had the project before passes their replies on.
 * Pure.
 */
export function recoverRun(
  run: RunState,
  nowMs: number,
  isAwaited: (call: string) => boolean = () => false,
): readonly EventDraft[] {
  const drafts: EventDraft[] = [];
  for (const [key, { attempt }] of run.tasks) {
    if (attempt === undefined) continue;
    for (const { id, model, estimate } of openCallsOf(attempt)) {
      if (isAwaited(id)) continue;
      drafts.push({
        type: 'call.failed',
        run: run.id,
        task: key,
        attempt: attempt.id,
        call: id,
        ...(model === undefined ? {} : { model }),
        data: {
          kind: 'aborted',
          message: 'the process ended during the call',
          retryable: true,
          retryAt: nowMs,
          settled: estimate,
          uncertain: true,
        },
      });
    }
  }
  return drafts;
}
