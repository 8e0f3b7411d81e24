/** The price of money: how much quality one dollar must buy, so that spending keeps to a rate. */
export interface BudgetDual {
  /** In units of quality per dollar; never below 0. */
  readonly lambda: number;
}

/** At the start money costs nothing beyond itself. */
export const freeMoney: BudgetDual = { lambda: 0 };

/** How fast the price changes: by this share of chance for each attempt that costs twice what it may. */
const RATE = 0.01;
/** One attempt counts as at most this many times what it may cost, so that a single dear one is soon forgiven. */
const MOST_TIMES = 10;
/** The price at which an ordinary attempt counts for as many successes: dearer makes no difference any more. */
const MOST_SUCCESSES = 10;

/** The price of money after one more attempt, where attempts should cost `allowedUsd` on average. Bounded. */
export function afterAttempt(dual: BudgetDual, spentUsd: number, allowedUsd: number): BudgetDual {
  const spent = Math.min(spentUsd, MOST_TIMES * allowedUsd);
  const { lambda } = afterSpending(dual, spent, allowedUsd, RATE / allowedUsd ** 2);
  return { lambda: Math.min(lambda, MOST_SUCCESSES / allowedUsd) };
}

/**
 * The price of money after one more choice: it rises where more was spent than a choice may cost on average, and falls
 * where less was (dual ascent; the constraint's multiplier in an online knapsack). `step` is how fast, in units of
 * quality per dollar and dollar.
 */
export function afterSpending(
  { lambda }: BudgetDual,
  spentUsd: number,
  allowedUsd: number,
  step: number,
): BudgetDual {
  return { lambda: Math.max(0, lambda + step * (spentUsd - allowedUsd)) };
}
