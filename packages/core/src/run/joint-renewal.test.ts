import { describe, expect, it } from 'vitest';
import { memoryReservations } from '../limit/memory-reservations.ts';
import type { ReservationStore } from '../spec/reservation-store.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { JointRenewal } from './joint-renewal.ts';

async function bench(renewMs: number | undefined) {
  const clock = createFakeClock();
  const sound = await memoryReservations()();
  const told: number[] = [];
  const renew: ReservationStore['renew'] = async (_, nowMs) => told.push(nowMs) > 0;
  const store = { ...sound, renew, capabilities: { ...sound.capabilities, renewMs } };
  const state = { isNeeded: true };
  const member = { id: 'm', name: 'm', terms: {} };
  const line = { store, member, clock, leewayMs: 0 };
  return { clock, told, state, renewal: new JointRenewal(line, () => state.isNeeded) };
}

describe('JointRenewal', () => {
  it('L4: tells that a member lives while it holds something, and keeps no timer for one that does not', async () => {
    const { clock, told, state, renewal } = await bench(15_000);
    const startAt = clock.now();
    renewal.wake();
    renewal.wake();
    clock.advance(45_000);
    expect(told.map((at) => at - startAt)).toEqual([15_000, 30_000, 45_000]);
    state.isNeeded = false;
    clock.advance(15_000);
    expect([told.length, clock.untilNextMs]).toEqual([3, undefined]);
    state.isNeeded = true;
    renewal.wake();
    clock.advance(15_000);
    expect(told).toHaveLength(4);
    renewal.close();
    expect(clock.untilNextMs).toBeUndefined();
    renewal.wake();
    expect(clock.untilNextMs).toBeUndefined();
  });

  it('L4: a store that sees by itself who lives is told nothing', async () => {
    const { clock, renewal } = await bench(undefined);
    renewal.wake();
    expect(clock.untilNextMs).toBeUndefined();
  });
});
