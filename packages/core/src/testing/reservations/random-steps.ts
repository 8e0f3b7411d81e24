import assert from 'node:assert/strict';
import { seeded } from '../../internal/seeded.ts';
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
  const random = seeded(seed);
  const whole: Whole = (below) => Math.floor(random() * below);
  const oracle = new ReservationOracle();
  const open: string[] = [];
  let nowMs = startAt;
  for (let step = 0; step < steps; step++) {
    nowMs += jump(whole);
    if (open.length > 0 && whole(5) < 2) {
      const [id = ''] = open.splice(whole(open.length), 1);
      const amounts = whole(3) === 0 ? undefined : amountsOf(seed, whole);
      oracle.settle(id, amounts);
      await store.settle(id, amounts);
      continue;
    }
    const request = { id: `${seed}-${step}`, member, nowMs, wants: wantsOf(seed, nowMs, whole) };
    const expected = oracle.reserve(request);
    assert.deepEqual(await store.reserve(request), expected, `seed ${seed}, step ${step}`);
    if (expected.kind === 'held') open.push(request.id);
  }
}

/** How far the clock goes on, or back. */
function jump(whole: Whole): number {
  if (whole(20) > 0) return whole(400);
  return -whole(whole(3) === 0 ? 90_000 : 2_000);
}

/** A whole number from 0 on, below another. */
type Whole = (below: number) => number;

function wantsOf(seed: number, nowMs: number, whole: Whole): readonly ReservationWant[] {
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

function amountsOf(seed: number, whole: Whole): Readonly<Record<string, number>> {
  return { [`${seed} tokens`]: whole(90), [`${seed} period`]: whole(15) };
}
