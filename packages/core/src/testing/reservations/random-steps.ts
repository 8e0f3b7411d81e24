import assert from 'node:assert/strict';
import type { ReservationStore, ReservationWant } from '../../spec/reservation-store.ts';
import { ReservationOracle } from './oracle.ts';

/**
 * Asks a store of reservations for this and that, from a seed, and compares each answer with a plain count. Time goes on in jumps
 * of up to a second, and back now and then. Rejects with the step that differs.
 */
export async function randomSteps(
  store: ReservationStore,
  member: string,
  startAt: number,
  seed: number,
  steps: number,
): Promise<void> {
  const random = fromSeed(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  const oracle = new ReservationOracle();
  const open: string[] = [];
  let nowMs = startAt;
  for (let step = 0; step < steps; step++) {
    nowMs += random() < 0.05 ? -whole(random() < 0.3 ? 90_000 : 2_000) : whole(400);
    const where = `seed ${seed}, step ${step}`;
    if (open.length > 0 && random() < 0.4) {
      const [id = ''] = open.splice(whole(open.length), 1);
      const amounts = random() < 0.3 ? undefined : amountsOf(seed, whole);
      oracle.settle(id, amounts);
      await store.settle(id, amounts);
    } else {
      const wants = wantsOf(seed, nowMs, whole);
      const request = { id: `${seed}-${step}`, member, nowMs, wants };
      const expected = oracle.reserve(request);
      assert.deepEqual(await store.reserve(request), expected, where);
      if (expected.kind === 'held') open.push(request.id);
    }
  }
}

function wantsOf(
  seed: number,
  nowMs: number,
  whole: (below: number) => number,
): readonly ReservationWant[] {
  const startAt = Math.floor(nowMs / 5_000) * 5_000;
  const all: readonly ReservationWant[] = [
    {
      limit: `${seed} calls`,
      window: { kind: 'rolling', windowMs: 1_000 },
      capacity: 4,
      amount: 1,
    },
    {
      limit: `${seed} tokens`,
      window: { kind: 'rolling', windowMs: 3_000 },
      capacity: 100,
      amount: whole(60),
    },
    {
      limit: `${seed} period`,
      window: { kind: 'period', startAt, endAt: startAt + 5_000 },
      capacity: 50,
      amount: whole(12),
    },
    { limit: `${seed} places`, window: { kind: 'places' }, capacity: 3, amount: 1 },
  ];
  return all.filter(() => whole(4) > 0);
}

function amountsOf(
  seed: number,
  whole: (below: number) => number,
): Readonly<Record<string, number>> {
  return { [`${seed} tokens`]: whole(90), [`${seed} period`]: whole(15) };
}

/** Mulberry32: a small generator of numbers from 0 to 1 that is the same everywhere. */
function fromSeed(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
