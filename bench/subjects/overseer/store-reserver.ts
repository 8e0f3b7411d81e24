import { join } from 'node:path';
import type { ReservationWant } from '@overseer/core/spec';
import { sqliteReservations } from '@overseer/storage/sqlite';
import type { Reserver } from '../../harness/subject.ts';

/** So much that nothing waits. */
const PLENTY = 1e12;
const WANTS: readonly ReservationWant[] = [
  {
    limit: 'key: calls / 1m',
    window: { kind: 'rolling', windowMs: 60_250 },
    capacity: PLENTY,
    amount: 1,
  },
  {
    limit: 'key: tokens / day',
    window: { kind: 'period', startAt: 0, endAt: 9e12 },
    capacity: PLENTY,
    amount: 1_200,
  },
  { limit: 'key: at once', window: { kind: 'places' }, capacity: PLENTY, amount: 1 },
];

/** The store of shared limits in SQLite, with one process in it. */
export async function storeReserver(folder: string): Promise<Reserver> {
  const store = await sqliteReservations(join(folder, 'shared.db'))();
  await store.join({ id: 'bench', name: 'bench', terms: {} }, Date.now());
  let last = 0;
  const pair = async (): Promise<void> => {
    const id = `c${last++}`;
    const asked = { id, member: 'bench', nowMs: Date.now(), wants: WANTS };
    const answer = await store.reserve(asked);
    if (answer.kind === 'wait') throw new Error(`${answer.limit} had no room.`);
    await store.settle(id, { 'key: tokens / day': 900 });
  };
  return {
    async pairs(count, inFlight) {
      let left = count;
      const chain = async (): Promise<void> => {
        while (left-- > 0) await pair();
      };
      await Promise.all(Array.from({ length: inFlight }, chain));
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}
