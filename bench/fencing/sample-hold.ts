import type { ReservationRequest } from '@overseer/core/spec';

/** What all calls together may use in an hour. */
const CAPACITY = 100;

/** A call's place, and what it may use of a limit over an hour. */
export function sampleHold(id: string, member: string, amount: number): ReservationRequest {
  const places = { limit: 'places', window: { kind: 'places' }, capacity: 9, amount: 1 } as const;
  const window = { kind: 'rolling', windowMs: 3_600_000 } as const;
  const wants = [places, { limit: 'tokens', window, capacity: CAPACITY, amount }];
  return { id, member, nowMs: Date.now(), wants };
}
