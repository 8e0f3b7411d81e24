import { describe, expect, it } from 'vitest';
import { StoreError } from '../errors/store-error.ts';
import { memoryReservations } from '../limit/memory-reservations.ts';
import type { ReservationStore } from '../spec/reservation-store.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { JointSettlements } from './joint-settlements.ts';

async function bench() {
  const clock = createFakeClock();
  const sound = await memoryReservations()();
  const told: string[] = [];
  const state = { isBroken: true };
  const settle: ReservationStore['settle'] = async (id) => {
    told.push(id);
    if (state.isBroken) throw new StoreError('store.full', 'Full.');
  };
  const settlements = new JointSettlements({ ...sound, settle }, clock);
  return { clock, told, state, settlements };
}

/** Lets all promises come to their ends. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('JointSettlements', () => {
  it('L4: what cannot be told is told again, one of them first, until the store is back', async () => {
    const { clock, told, state, settlements } = await bench();
    settlements.settle('a', { tokens: 1 });
    settlements.release('b');
    await settled();
    expect(told.splice(0)).toEqual(['a', 'b']);
    for (const waitMs of [500, 1_000, 2_000]) {
      clock.advance(waitMs - 1);
      await settled();
      expect(told).toEqual([]);
      clock.advance(1);
      await settled();
      expect(told.splice(0)).toEqual(['a']);
    }
    state.isBroken = false;
    clock.advance(4_000);
    await settled();
    expect(told.splice(0)).toEqual(['a', 'b']);
    clock.advance(3_600_000);
    await settled();
    expect(told).toEqual([]);
  });

  it('L4: at the end all that is left is told once more', async () => {
    const { clock, told, state, settlements } = await bench();
    settlements.settle('a', {});
    await settled();
    state.isBroken = false;
    await settlements.close();
    expect(told).toEqual(['a', 'a']);
    expect(clock.untilNextMs).toBeUndefined();
  });
});
