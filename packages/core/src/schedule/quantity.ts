/**
 * An amount that is not known exactly. `own` is the variance that is this one's alone, which evens out over many;
 * `shared` is the standard deviation of what all of a group have in common, which does not.
 */
export interface Quantity {
  readonly mean: number;
  readonly own: number;
  readonly shared: number;
}

/** How many of something there are: its mean, its variance, and how far the mean itself may be off, as a share of it. */
export interface Count {
  readonly mean: number;
  readonly variance: number;
  readonly off: number;
}

/** Low and high hold the true amount between them in nine of ten cases or more. */
export interface CostRange {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

/** Of a normal distribution, 95.4 % are no further from its mean than this many standard deviations. */
const SPREAD = 2;

/** Nothing, for sure. */
export const NONE: Quantity = { mean: 0, own: 0, shared: 0 };

/** Two amounts of one group, together. */
export function plus(a: Quantity, b: Quantity): Quantity {
  return { mean: a.mean + b.mean, own: a.own + b.own, shared: a.shared + b.shared };
}

/** As many of an amount as there are, where it is not known how many. */
export function times({ mean, own, shared }: Quantity, count: Count): Quantity {
  return {
    mean: count.mean * mean,
    own: count.mean * own + count.variance * mean ** 2,
    shared: Math.hypot(count.mean * shared, count.off * count.mean * mean),
  };
}

/** One of several amounts, by weights that add up to 1; which one it is may be common to the group. */
export function oneOf(
  choices: readonly (Quantity & { readonly weight: number })[],
  isShared: boolean,
): Quantity {
  const mean = choices.reduce((sum, one) => sum + one.weight * one.mean, 0);
  const between = choices.reduce((sum, one) => sum + one.weight * (one.mean - mean) ** 2, 0);
  const own = choices.reduce((sum, one) => sum + one.weight * one.own, 0);
  const shared = choices.reduce((sum, one) => sum + one.weight * one.shared, 0);
  return isShared
    ? { mean, own, shared: Math.hypot(shared, Math.sqrt(between)) }
    : { mean, own: own + between, shared };
}

/** How many of two things there are when each of the first has as many of the second. */
export function nested(outer: Count, inner: Count): Count {
  return {
    mean: outer.mean * inner.mean,
    variance: outer.mean * inner.variance + outer.variance * inner.mean ** 2,
    off: Math.hypot(outer.off, inner.off),
  };
}

/**
 * The range of a sum over groups, as that of a log-normal amount, which is never below 0 and has a long way up. Never
 * below `floor`.
 */
export function rangeOf(groups: Iterable<Quantity>, floor = 0): CostRange {
  let expected = 0;
  let variance = 0;
  for (const { mean, own, shared } of groups) {
    expected += mean;
    variance += own + shared ** 2;
  }
  if (expected <= 0) return { low: floor, expected: floor, high: floor };
  const log = Math.log1p(variance / expected ** 2);
  const middle = Math.log(expected) - log / 2;
  const reach = SPREAD * Math.sqrt(log);
  const low = Math.max(floor, Math.exp(middle - reach));
  const high = Math.max(floor, Math.exp(middle + reach));
  return { low: Math.min(low, expected), expected, high: Math.max(high, expected) };
}
