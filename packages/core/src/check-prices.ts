import { ConfigError } from './errors/config-error.ts';
import { describeLimit } from './limit/describe-limit.ts';
import type { BudgetSpec, GaugeRule, LimitRule, SharedBudgets } from './spec/limit.ts';
import type { Model, Price } from './spec/model.ts';

/** A model by the name it has in its team, and what it costs. */
export interface PricedModel {
  readonly name: string;
  readonly model: Model;
  readonly price: Price | undefined;
}

/**
 * Checks that every dollar of a budget in dollars can be counted; local models cost nothing. Throws `ConfigError`
 * `config.price` naming the models without a price.
 */
export function checkBudgetPrices(
  budget: BudgetSpec | undefined,
  models: Iterable<PricedModel>,
): void {
  if (budget?.usd === undefined) return;
  checkPrices(`A budget of $${budget.usd}`, [...models]);
}

/** All budgets that runs share, but for those of models. */
export function sharedSpecs({
  project,
  users,
  tenants,
}: SharedBudgets = {}): readonly BudgetSpec[] {
  return [
    ...(project === undefined ? [] : [project]),
    ...Object.values(users ?? {}),
    ...Object.values(tenants ?? {}),
  ];
}

/** The same for the limits of one model. */
export function checkLimitPrice(
  model: PricedModel,
  rules: readonly (LimitRule | GaugeRule)[],
): void {
  const rule = rules.find((one) => 'metric' in one && one.metric === 'usd');
  if (rule !== undefined) checkPrices(`The limit "${describeLimit(rule)}"`, [model]);
}

/** Checks that each of these models has a price or is local. `what` begins the sentence. Throws `ConfigError` `config.price`. */
export function checkPrices(what: string, models: readonly PricedModel[]): void {
  const names = models
    .filter(({ model, price }) => price === undefined && model.info.local !== true)
    .map(({ name }) => JSON.stringify(name));
  if (names.length === 0) return;
  throw new ConfigError(
    'config.price',
    `${what} counts dollars, and no price is known for ${names.join(', ')}: add price: { input, output } to each, in US dollars per million tokens.`,
  );
}
