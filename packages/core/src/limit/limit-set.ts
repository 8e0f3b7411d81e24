import type { GaugeRule, LimitRule } from '../spec/limit.ts';
import { type AtOnce, createAtOnce } from './at-once.ts';
import type { GaugeMeter, Gauges } from './gauges.ts';
import type { JointLimit } from './joint-limit.ts';
import { copyMeter, createMeter, type Meter } from './meter.ts';

/** All limits of one owner: a model, a provider, a user, a pool. */
export interface LimitSet {
  readonly owner: string;
  readonly meters: readonly Meter[];
  readonly atOnce: readonly AtOnce[];
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
  const least = Math.min(
    options.concurrency ?? Number.POSITIVE_INFINITY,
    ...fixed.map(({ capacity }) => capacity),
  );
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
    gauges: rules.flatMap((rule) => ('gauge' in rule ? [gauges.meter(owner, rule)] : [])),
    joint: options.joint ?? [],
    weights: options.weights,
  };
}

/** The same limits as they stand; changes to one are not seen by the other. Steps and gauges are shared by both. */
export function copyLimitSet(set: LimitSet): LimitSet {
  return {
    ...set,
    meters: set.meters.map(copyMeter),
    atOnce: set.atOnce.map((places) => ({ ...places })),
  };
}

/** By how much a call of a model counts in these limits. */
export function weightOf({ weights }: LimitSet, model: string): number {
  return weights?.[model] ?? 1;
}
