import { defined } from '../internal/defined.ts';
import type { BudgetSpec } from '../spec/limit.ts';

/** What finding other ways has used so far. Money is in micro-dollars. */
interface Used {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly microUsd: number;
}

/**
 * Half of what is left of the share of a run's budget that finding other ways may use in all, so that something is left
 * for the next one; `undefined` where the run has no budget of its own, and `used-up` where nothing is left. Pure.
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
  const left = defined({
    usd: usd === undefined ? undefined : usd * share - sum(({ microUsd }) => microUsd) / 1_000_000,
    tokens: tokens === undefined ? undefined : tokens * share - sum(tokensOf),
    calls: calls === undefined ? undefined : calls * share - sum((one) => one.calls),
  });
  const half = defined({
    usd: left.usd === undefined ? undefined : left.usd / 2,
    tokens: left.tokens === undefined ? undefined : Math.ceil(Math.floor(left.tokens) / 2),
    calls: left.calls === undefined ? undefined : Math.ceil(Math.floor(left.calls) / 2),
  });
  return Object.values(half).some((amount) => amount <= 0) ? 'used-up' : half;
}

/** All that a budget lets be used. */
export function mostOf({ usd = 0, tokens = 0, calls = 0 }: BudgetSpec): Used {
  return { calls, inputTokens: tokens, outputTokens: 0, microUsd: usd * 1_000_000 };
}

function tokensOf({ inputTokens, outputTokens }: Used): number {
  return inputTokens + outputTokens;
}
