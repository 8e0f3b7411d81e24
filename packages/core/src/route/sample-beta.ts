import type { Belief } from './quality.ts';

/**
 * Draws from a Beta distribution: the share of one gamma variate in two (Marsaglia and Tsang, 2000). `alpha` and `beta`
 * are above 0; `random` gives 0 to 1. Deterministic for a given `random`.
 */
export function sampleBeta(
  { alpha, beta }: { readonly alpha: number; readonly beta: number },
  random: () => number,
): number {
  const a = gamma(alpha, random);
  const b = gamma(beta, random);
  return a + b === 0 ? 0.5 : a / (a + b);
}

/** How far exploring goes: half as far as a draw goes from the mean, which loses less on what is known well. */
const BOLDNESS = 0.5;

/** What a model is taken to be worth where exploring is on: its mean, moved towards a draw (after Thompson, 1933). */
export function explore(belief: Belief, random: () => number): number {
  return belief.mean + BOLDNESS * (sampleBeta(belief, random) - belief.mean);
}

function gamma(shape: number, random: () => number): number {
  // Below 1 by way of the shape that is one larger.
  if (shape < 1) return gamma(shape + 1, random) * positive(random) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let tries = 0; tries < 1_000; tries++) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(positive(random)) < 0.5 * x ** 2 + d - d * v + d * Math.log(v)) {
      return d * v;
    }
  }
  // A source of chance that never lets one through, such as a constant.
  return shape;
}

/** Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(positive(random))) * Math.cos(2 * Math.PI * random());
}

function positive(random: () => number): number {
  return Math.max(random(), Number.MIN_VALUE);
}
