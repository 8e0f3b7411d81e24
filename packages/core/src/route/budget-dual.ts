/** The price of money: how much quality one dollar must buy, so that spending keeps to a rate. */
export interface BudgetDual {
  /** In units of quality per dollar; never below 0. */
  readonly lambda: number;
}

/** At the start money costs nothing beyond itself. */
export const freeMoney: BudgetDual = { lambda: 0 };

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
