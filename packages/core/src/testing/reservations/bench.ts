import assert from 'node:assert/strict';
import type {
  ReservationMember,
  ReservationRequest,
  ReservationStore,
  ReservationWant,
} from '../../spec/reservation-store.ts';
import type { ConformanceRule } from '../rule.ts';
import type { ReservationsSubject } from './subject.ts';

/** When the rules begin, epoch ms. */
export const NOW = 1_800_000_000_000;

/** Who shares. */
export const MEMBER: ReservationMember = {
  id: 'm1',
  name: 'one',
  terms: { 'key k': '5 calls / 10s' },
};

/** Makes a rule that has a place of its own, opened once already. */
export type MakeRule = (
  name: string,
  check: (store: ReservationStore, again: () => Promise<ReservationStore>) => Promise<void>,
) => ConformanceRule;

/** How rules are made for a subject. */
export function ruleMaker({ place }: ReservationsSubject): MakeRule {
  return (name, check) => ({
    name: `L4: ${name}`,
    check: async () => {
      const open = place();
      const store = await open();
      try {
        await check(store, open);
      } finally {
        await store.close();
      }
    },
  });
}

/** A request of the member `m1`. */
export function ask(
  id: string,
  nowMs: number,
  wants: readonly ReservationWant[],
): ReservationRequest {
  return { id, member: MEMBER.id, nowMs, wants };
}

/** Takes what is asked for, and rejects where there is no room. */
export async function held(store: ReservationStore, request: ReservationRequest): Promise<void> {
  const answer = await store.reserve(request);
  assert.equal(answer.kind, 'held', JSON.stringify(answer));
}

/** One of so many in a second. */
export function rolling(capacity: number): ReservationWant {
  return { limit: 'rolling', window: { kind: 'rolling', windowMs: 1_000 }, capacity, amount: 1 };
}

/** One of so many in five seconds that end at `endAt`. */
export function period(capacity: number, endAt: number): ReservationWant {
  const window = { kind: 'period', startAt: endAt - 5_000, endAt } as const;
  return { limit: 'period', window, capacity, amount: 1 };
}

/** One of so many places. */
export function places(capacity: number): ReservationWant {
  return { limit: 'places', window: { kind: 'places' }, capacity, amount: 1 };
}
