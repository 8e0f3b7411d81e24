import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { EventDraft } from '../journal/draft.ts';
import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import type { Finding } from '../spec/validator.ts';
import { describeError } from './live-attempts.ts';

/** What the end of a start that broke needs of the kernel around it. */
export interface BrokenStartHost {
  readonly attempts: { of(task: TaskState): AttemptPlace | undefined };
  append(drafts: readonly EventDraft[]): void;
  /** Ends an attempt that is worked on. */
  broken(at: AttemptPlace, error: unknown): void;
  failTask(run: RunState, task: TaskState, because: string, findings: readonly Finding[]): void;
}

/**
 * Ends what an error that nobody planned for met on its way to a start: the attempt where it is worked on already, else
 * the task, which nobody could begin a second time either.
 */
export function breakStart(
  host: BrokenStartHost,
  run: RunState,
  task: TaskState,
  error: unknown,
): void {
  if (isFinal[task.status]) return;
  const at = host.attempts.of(task);
  if (at !== undefined) {
    host.broken(at, error);
    return;
  }
  const because = `it could not be given away: ${describeError(error)}`;
  host.append(neverBegun(task, because));
  host.failTask(run, task, because, []);
}

/** The events that end an attempt which is recorded, and which nobody works on; a call that it was given is not made. */
function neverBegun({ run, task, attempt }: TaskState, because: string): readonly EventDraft[] {
  if (attempt === undefined) return [];
  const place = { run, task: task.key, attempt: attempt.id };
  const ended: EventDraft = {
    type: 'attempt.ended',
    ...place,
    data: { outcome: 'failed', because, fault: 'infrastructure', isLast: true },
  };
  const { openCall, model } = attempt;
  if (openCall === undefined) return [ended];
  return [
    {
      type: 'call.failed',
      ...place,
      call: openCall.id,
      ...(model === undefined ? {} : { model }),
      data: {
        kind: 'aborted',
        message: because,
        retryable: false,
        settled: { inputTokens: 0, outputTokens: 0, microUsd: 0 },
        uncertain: false,
      },
    },
    ended,
  ];
}
