import { placesAt } from './at-once.ts';
import { type Gauges, resumeOf } from './gauges.ts';
import type { LimitSet } from './limit-set.ts';
import { capacityAt, type Meter } from './meter.ts';

/**
 * How one limit stands. `used` was settled, `held` is reserved by calls under way; money is in micro-dollars, gauges in
 * percent. `resetAt` is when the oldest use ends to count, `undefined` when nothing counts.
 */
export interface LimitUse {
  readonly limit: string;
  readonly used: number;
  readonly held: number;
  readonly capacity: number;
  readonly resetAt: number | undefined;
}

/** How the limits of one owner stand at `now`, in the order given, gauges and calls at once last; `held` is what open calls hold then. */
export function useOf(
  set: LimitSet,
  held: ReadonlyMap<Meter, number>,
  gauges: Gauges,
  now: number,
): readonly LimitUse[] {
  return [
    ...set.meters.map((meter) => meterUse(meter, held.get(meter) ?? 0, now)),
    ...set.gauges.map(({ limit, rule, closedSince }) => ({
      limit,
      used: Math.round((gauges.reading(rule.gauge) ?? 0) * 100),
      held: 0,
      capacity: Math.round((closedSince === undefined ? rule.below : resumeOf(rule)) * 100),
      resetAt: undefined,
    })),
    ...set.atOnce.map((places) => ({
      limit: places.limit,
      used: 0,
      held: places.running,
      capacity: placesAt(places, now),
      resetAt: undefined,
    })),
  ];
}

function meterUse(meter: Meter, heldBefore: number, now: number): LimitUse {
  const { limit, window } = meter;
  const all = window.used(now);
  // What flows on is settled and held alike.
  const held = Math.min(heldBefore, all);
  return {
    limit,
    used: all - held,
    held,
    capacity: capacityAt(meter, now),
    resetAt: window.nextEndAt(now),
  };
}
