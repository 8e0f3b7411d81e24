import type { BudgetSpec, SharedBudgets } from '@overseer/core/spec';
import type { Random } from '../harness/random.ts';
import { half, pick } from './chance.ts';

/** Draws the budgets that runs share. */
export function drawShared(random: Random): SharedBudgets {
  const project = half(random, drawBudget(random));
  const mia = half(random, drawBudget(random));
  return {
    ...(project === undefined ? {} : { project }),
    ...(mia === undefined ? {} : { users: { mia, '*': drawBudget(random) } }),
  };
}

/** Draws one budget. */
export function drawBudget(random: Random): BudgetSpec {
  return pick<BudgetSpec>(random, [
    { calls: 1 + Math.floor(random() * 20) },
    { tokens: 3_000 + Math.floor(random() * 40_000) },
    { usd: 0.01 + Math.floor(random() * 100) / 1_000 },
  ]);
}
