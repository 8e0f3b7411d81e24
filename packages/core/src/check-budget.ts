import { checkBudgetPrices, type PricedModel } from './check-prices.ts';
import { ConfigError } from './errors/config-error.ts';
import { suggest } from './internal/nearest.ts';
import { requireFields } from './internal/require-fields.ts';
import type { BudgetSpec, SharedBudgets } from './spec/limit.ts';

const FIELDS: readonly (keyof BudgetSpec)[] = ['usd', 'tokens', 'calls', 'warnAt'];

/**
 * Checks a budget that a host passed to a run or a task, which may come from JavaScript. Throws `ConfigError`
 * `config.budget` saying which part is wrong, or means nothing, and what would be right.
 */
export function checkBudget(whose: string, budget: BudgetSpec | undefined): void {
  if (budget === undefined) return;
  requireFields(`the budget of ${whose}`, budget, FIELDS, 'config.budget');
  for (const part of ['usd', 'tokens', 'calls'] as const) {
    const amount: unknown = budget[part];
    if (amount === undefined || (Number.isFinite(amount) && Number(amount) >= 0)) continue;
    throw wrong(whose, `${part} is ${shown(amount)}; give a number from 0 on`);
  }
  const { warnAt: shares = [] }: { readonly warnAt?: unknown } = budget;
  const isShare = (share: unknown): boolean => typeof share === 'number' && share > 0 && share <= 1;
  if (Array.isArray(shares) && shares.every(isShare)) return;
  throw wrong(whose, `warnAt is ${shown(shares)}; give shares above 0 and up to 1, such as [0.8]`);
}

/**
 * Checks the budgets of models: that each names a model of the team, and that dollars can be counted. Throws `ConfigError`
 * `config.unknown-model` and `config.price`.
 */
export function checkModelBudgets(
  budgets: SharedBudgets['models'],
  members: ReadonlyMap<string, PricedModel>,
): void {
  for (const [name, budget] of Object.entries(budgets ?? {})) {
    const member = members.get(name);
    if (member !== undefined) {
      checkBudgetPrices(budget, [member]);
      continue;
    }
    const near = suggest(name, [...members.keys()]);
    throw new ConfigError(
      'config.unknown-model',
      `Unknown name for a budget of models: ${JSON.stringify(name)}; ${near}.`,
    );
  }
}

function wrong(whose: string, problem: string): ConfigError {
  return new ConfigError('config.budget', `The budget of ${whose} is wrong: ${problem}.`);
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
