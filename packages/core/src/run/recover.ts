import type { EventDraft } from '../journal/draft.ts';
import { openCallsOf } from '../journal/open-calls.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';

/** What is known of calls that no process here is making. */
export interface CallsElsewhere {
  /** Whether the reply to a call is still to come. */
  readonly isAwaited?: (call: string) => boolean;
  /** Whether a model goes on with a call that is made again. */
  readonly resumes?: (model: string) => boolean;
  /** Why nobody waits for the reply to a call; the default is that the process ended which made it. */
  readonly because?: (call: string) => string | undefined;
}

/** Why nobody waits any more for the reply to a call whose task was ended by somebody's order. */
export function unwaited(because: string): string {
  return `nobody waits for its reply any more: ${because}`;
}

/** Why nobody waits any more for the reply to a call of whoever had the project before, and passes such replies on. */
export const NO_REPLY_IN_TIME = 'no reply came in time from whoever had the project before';

/**
 * The events that close what a dead process left open in a run: each call that started and has no end is charged at its
 * estimate, marked uncertain, and may be made again. For the moment at which a process takes a journal over, when
 * nobody can be making these calls, but for those that are awaited: whoever had the project before passes their replies on.
 * One of a model that `resumes` is charged when it is made again, for both. Pure.
 */
export function recoverRun(
  run: RunState,
  nowMs: number,
  elsewhere: CallsElsewhere = {},
): readonly EventDraft[] {
  return [...run.tasks.values()].flatMap((task) => leftCalls(task, nowMs, elsewhere));
}

/** The same for what one task has under way. Pure. */
export function leftCalls(
  { run, task: { key }, attempt }: TaskState,
  nowMs: number,
  { isAwaited, resumes, because }: CallsElsewhere,
): readonly EventDraft[] {
  if (attempt === undefined) return [];
  return openCallsOf(attempt)
    .filter(({ id }) => isAwaited?.(id) !== true)
    .map(({ id, model, estimate }): EventDraft => {
      const isKept = model !== undefined && resumes?.(model) === true;
      return {
        type: 'call.failed',
        run,
        task: key,
        attempt: attempt.id,
        call: id,
        ...(model === undefined ? {} : { model }),
        data: {
          kind: 'aborted',
          message: because?.(id) ?? 'the process ended during the call',
          retryable: true,
          retryAt: nowMs,
          settled: isKept ? NOTHING : estimate,
          uncertain: !isKept,
        },
      };
    });
}

/** The event that ends an attempt which nobody works on any more. */
export function leftAttemptEnded(
  { run, task, attempt }: TaskState,
  outcome: 'rejected' | 'moved' | 'cancelled',
  because: string,
): EventDraft {
  const place = { run, task: task.key, attempt: attempt?.id ?? '' };
  const fault = outcome === 'rejected' ? 'infrastructure' : 'none';
  return { type: 'attempt.ended', ...place, data: { outcome, because, fault } };
}

const NOTHING: CallEstimate = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
