import type { GaugeRule, LimitRule } from '../spec/limit.ts';
import { describeLimit } from './describe-limit.ts';
import { isGauge } from './parse-limit.ts';

/**
 * Why limits of one owner cannot stand beside each other, in a sentence: of two that differ in their amount alone the larger
 * one would never hold anything back, and nobody knows which was meant. `undefined` where all say something of their own.
 */
export function apartProblem(rules: readonly (LimitRule | GaugeRule)[]): string | undefined {
  const known = new Map<string, LimitRule | GaugeRule>();
  for (const rule of rules) {
    const key = withoutAmount(rule);
    const other = known.get(key);
    if (other !== undefined) {
      const both = [other, rule].map((one) => JSON.stringify(describeLimit(one)));
      return `${both.join(' and ')} hold for the same and differ at most in their amount: keep the one that is meant.`;
    }
    known.set(key, rule);
  }
  return undefined;
}

/** What a limit says beside how much, in one order of its fields. */
function withoutAmount(rule: LimitRule | GaugeRule): string {
  const amount = isGauge(rule) ? 'below' : 'capacity';
  const said = Object.entries(rule).filter(([field]) => field !== amount);
  return JSON.stringify(said.sort(([a], [b]) => (a < b ? -1 : 1)));
}
