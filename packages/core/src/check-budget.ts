import { ConfigError } from './errors/config-error.ts';
import type { BudgetSpec } from './spec/limit.ts';

/**
 * Checks a budget that a host passed to a run or a task, which may come from JavaScript. Throws `ConfigError`
 * `config.budget` saying which part is wrong and what would be right.
 */
export function checkBudget(whose: string, budget: BudgetSpec | undefined): void {
  if (budget === undefined) return;
  for (const part of ['usd', 'tokens', 'calls'] as const) {
    const amount: unknown = budget[part];
    if (amount === undefined || (typeof amount === 'number' && amount >= 0)) continue;
    throw wrong(whose, `${part} is ${shown(amount)}; give a number from 0 on`);
  }
  const shares: unknown = budget.warnAt ?? [];
  const isShare = (share: unknown): boolean => typeof share === 'number' && share > 0 && share <= 1;
  if (Array.isArray(shares) && shares.every(isShare)) return;
  throw wrong(whose, `warnAt is ${shown(shares)}; give shares above 0 and up to 1, such as [0.8]`);
}

function wrong(whose: string, problem: string): ConfigError {
  return new ConfigError('config.budget', `The budget of ${whose} is wrong: ${problem}.`);
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
