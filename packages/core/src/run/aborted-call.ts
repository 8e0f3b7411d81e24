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
