import type { GaugeRule, LimitRule } from '../spec/limit.ts';
import { type AtOnce, createAtOnce, setPlaces } from './at-once.ts';
import type { GaugeMeter, Gauges } from './gauges.ts';
import type { JointLimit } from './joint-limit.ts';
import { copyMeter, createMeter, type Meter } from './meter.ts';

/** All limits of one owner: a model, a provider, a user, a pool. */
export interface LimitSet {
  readonly owner: string;
  readonly meters: readonly Meter[];
  readonly atOnce: readonly AtOnce[];
  /** What the rules about calls at once allow at most; infinity where there is none without hours. */
  readonly mostAtOnce: number;
  readonly gauges: readonly GaugeMeter[];
  /** Those that are kept together with other processes too. */
  readonly joint: readonly JointLimit[];
  /** By how much a call of each model counts, where not by 1. */
  readonly weights: Readonly<Record<string, number>> | undefined;
}

/** Makes the limits of `owner` out of normalised rules; limits on calls at once come as the least of them. */
export function createLimitSet(
  owner: string,
  rules: readonly (LimitRule | GaugeRule)[],
  gauges: Gauges,
  options: {
    readonly concurrency?: number;
    readonly weights?: Readonly<Record<string, number>> | undefined;
    readonly joint?: readonly JointLimit[];
  } = {},
): LimitSet {
  const counts = rules.filter((rule): rule is LimitRule => !('gauge' in rule));
  const atOnce = counts.filter(({ metric }) => metric === 'concurrency');
  const fixed = atOnce.filter(({ schedule }) => schedule === undefined);
  const mostAtOnce = Math.min(...fixed.map(({ capacity }) => capacity));
  const least = Math.min(options.concurrency ?? Number.POSITIVE_INFINITY, mostAtOnce);
  return {
    owner,
    meters: counts
      .filter(({ metric }) => metric !== 'concurrency')
      .map((rule) => createMeter(owner, rule)),
    atOnce: [
      ...atOnce
        .filter(({ schedule }) => schedule !== undefined)
        .map((rule) => createAtOnce(owner, rule)),
      ...(least < Number.POSITIVE_INFINITY ? [createAtOnce(owner, { capacity: least })] : []),
    ],
    mostAtOnce,
    gauges: rules.flatMap((rule) => ('gauge' in rule ? [gauges.meter(owner, rule)] : [])),
    joint: options.joint ?? [],
    weights: options.weights,
  };
}

/** The same limits as they stand; changes to one are not seen by the other. Gauges are shared by both. */
export function copyLimitSet(set: LimitSet): LimitSet {
  return {
    ...set,
    meters: set.meters.map(copyMeter),
    atOnce: set.atOnce.map((places) => ({ ...places })),
  };
}

/** Changes the bound on calls at once that was given beside the rules; these hold all the same. */
export function setConcurrency({ owner, atOnce, mostAtOnce }: LimitSet, concurrency: number): void {
  const places = atOnce.find(({ profile }) => profile === undefined);
  if (places !== undefined) setPlaces(places, owner, Math.min(concurrency, mostAtOnce));
}

/** By how much a call of a model counts in these limits. */
export function weightOf({ weights }: LimitSet, model: string): number {
  return weights?.[model] ?? 1;
}

/** No limits at all, in whose place others come. */
export const NO_LIMITS: LimitSet = {
  owner: '',
  meters: [],
  atOnce: [],
  mostAtOnce: Number.POSITIVE_INFINITY,
  gauges: [],
  joint: [],
  weights: undefined,
};
