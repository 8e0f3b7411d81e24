import type { EventDraft } from '../journal/draft.ts';
import { openCallsOf } from '../journal/open-calls.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { EventData } from '../spec/event.ts';

/** The end of a call that a worker may still be making, and that nobody waits for any more. Pure. */
export function abortedCall(
  settled: CallEstimate,
  uncertain: boolean,
  nowMs: number,
): EventData['call.failed'] {
  const message = 'the call was cancelled; what its worker still answers is not used';
  return { kind: 'aborted', message, retryable: true, retryAt: nowMs, settled, uncertain };
}

/** The ends of the calls of an attempt that nobody here works on, and that is given up: somebody may still be making them. Pure. */
export function abortedCalls(
  { run, task, attempt }: TaskState,
  nowMs: number,
  isOurs: (call: string) => boolean = () => true,
): readonly EventDraft[] {
  if (attempt === undefined) return [];
  const place = { run, task: task.key, attempt: attempt.id };
  return openCallsOf(attempt)
    .filter(({ id }) => isOurs(id))
    .map(({ id: call, model, estimate }): EventDraft => {
      const whose = model === undefined ? {} : { model };
      return {
        type: 'call.failed',
        ...place,
        call,
        ...whose,
        data: abortedCall(estimate, true, nowMs),
      };
    });
}
