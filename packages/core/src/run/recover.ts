import type { EventDraft } from '../journal/draft.ts';
import { openCallsOf } from '../journal/open-calls.ts';
import type { RunState } from '../journal/run-state.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';

/** What is known of calls that no process here is making. */
export interface CallsElsewhere {
  /** Whether the reply to a call is still to come. */
  readonly isAwaited?: (call: string) => boolean;
  /** Whether a model goes on with a call that is made again. */
  readonly resumes?: (model: string) => boolean;
}

/**
 * The events that close what a dead process left open in a run: each call that started and has no end is charged at its
 * estimate, marked uncertain, and may be made again. For the moment at which a process takes a journal over, when
 * nobody can be making these calls, but for those that are awaited: whoever had the project before passes their replies on.
 * One of a model that `resumes` is charged when it is made again, for both. Pure.
 */
export function recoverRun(
  run: RunState,
  nowMs: number,
  { isAwaited, resumes }: CallsElsewhere = {},
): readonly EventDraft[] {
  const drafts: EventDraft[] = [];
  for (const [key, { attempt }] of run.tasks) {
    if (attempt === undefined) continue;
    for (const { id, model, estimate } of openCallsOf(attempt)) {
      if (isAwaited?.(id) === true) continue;
      const isKept = model !== undefined && resumes?.(model) === true;
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
          settled: isKept ? NOTHING : estimate,
          uncertain: !isKept,
        },
      });
    }
  }
  return drafts;
}

const NOTHING: CallEstimate = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
