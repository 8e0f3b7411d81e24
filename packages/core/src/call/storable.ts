import type { CallEstimate } from '../spec/call-amounts.ts';
import type { EventData } from '../spec/event.ts';
import type { Part } from '../spec/message.ts';
import type { FinishReason } from '../spec/model.ts';

/** An answer that could stand for another call's. */
export interface FlightAnswer {
  readonly parts: readonly Part[];
  readonly reason: FinishReason;
  /** What the call cost that gave it. */
  readonly cost: CallEstimate;
}

/**
 * What a finished call gave that is of use to others: a whole answer in words. `undefined` for one that calls tools,
 * which did something for one attempt alone, for one that was cut off or filtered, and for an empty one.
 */
export function answerOf({
  parts,
  reason,
  settled,
}: Pick<EventData['call.finished'], 'parts' | 'reason' | 'settled'>): FlightAnswer | undefined {
  if (reason !== 'stop') return undefined;
  let hasText = false;
  for (const part of parts) {
    if (part.type === 'tool-call' || part.type === 'tool-result') return undefined;
    if (part.type === 'text' && part.text.trim() !== '') hasText = true;
  }
  return hasText ? { parts, reason, cost: settled } : undefined;
}
