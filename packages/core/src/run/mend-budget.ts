import type { BudgetSpec } from '../spec/limit.ts';

/** What finding other ways has used so far. Money is in micro-dollars. */
interface Used {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly microUsd: number;
}

/**
 * What is left of the share of a run's budget that finding other ways may use in all; `undefined` where the run has no
 * budget of its own, and `used-up` where nothing is left. Pure.
 */
export function mendBudget(
  budget: BudgetSpec | undefined,
  share: number,
  used: readonly (Used | undefined)[],
): BudgetSpec | 'used-up' | undefined {
  if (budget === undefined) return undefined;
  const sum = (amount: (one: Used) => number): number =>
    used.reduce((total, one) => total + (one === undefined ? 0 : amount(one)), 0);
  const { usd, tokens, calls } = budget;
  const left = {
    ...(usd === undefined
      ? {}
      : { usd: usd * share - sum(({ microUsd }) => microUsd) / 1_000_000 }),
    ...(tokens === undefined
      ? {}
      : {
          tokens: Math.floor(
            tokens * share - sum(({ inputTokens, outputTokens }) => inputTokens + outputTokens),
          ),
        }),
    ...(calls === undefined ? {} : { calls: Math.floor(calls * share - sum((one) => one.calls)) }),
  };
  return Object.values(left).some((amount) => amount <= 0) ? 'used-up' : left;
}
