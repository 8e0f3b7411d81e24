import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomSteps } from '../testing/reservations/random-steps.ts';
import { reservationsConformance } from '../testing/reservations-conformance.ts';
import { memoryReservations } from './memory-reservations.ts';
import { ReservationBook } from './reservation-book.ts';

describe('memoryReservations', () => {
  it.each(reservationsConformance({ place: memoryReservations }))('$name', ({ check }) => check());

  it('L4: agrees with brute force at every step, over settlements, debts and clocks that jump', async () => {
    const property = fc.asyncProperty(fc.integer(), async (seed) => {
      const store = await memoryReservations()();
      await store.join({ id: 'm', name: 'm', terms: {} }, 1e12);
      await randomSteps(store, 'm', 1e12, seed, 120);
    });
    await fc.assert(property, { numRuns: 100, seed: 4 });
  }, 30_000);

  it('L4: a little earlier counts as the last moment seen, also of a limit that holds nothing and has many beside it', () => {
    const book = new ReservationBook();
    const ask = (id: string, limit: string, nowMs: number) =>
      book.reserve({
        id,
        member: 'm',
        nowMs,
        wants: [{ limit, window: { kind: 'rolling', windowMs: 1_000 }, capacity: 1, amount: 1 }],
      });
    ask('a', 'mine', 60_000);
    book.settle('a', undefined);
    for (let user = 0; user < 2_000; user++) ask(`u${user}`, `user ${user}`, 35_000);
    expect(ask('b', 'mine', 35_000)).toEqual({ kind: 'held', at: 60_000 });
  });

  it('L4: does not grow with the number of calls, periods and users', () => {
    const book = new ReservationBook();
    for (let call = 0; call < 20_000; call++) {
      const nowMs = call * 100;
      const startAt = Math.floor(nowMs / 1_000) * 1_000;
      const wants = [
        { limit: 'all', window: { kind: 'rolling', windowMs: 5_000 } },
        { limit: 'hour', window: { kind: 'period', startAt, endAt: startAt + 1_000 } },
        { limit: `user ${call}`, window: { kind: 'rolling', windowMs: 5_000 } },
        { limit: `places ${call}`, window: { kind: 'places' } },
      ] as const;
      const full = wants.map((want) => ({ ...want, capacity: 1_000, amount: 1 }));
      book.reserve({ id: `c${call}`, member: 'm', nowMs, wants: full });
      book.settle(`c${call}`, {});
    }
    expect(book.size).toBeLessThan(3_000);
  });
});
