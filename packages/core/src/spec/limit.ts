/** A count with an optional unit: `5`, `1.5k`, `2M`. */
type Amount = `${number}` | `${number}k` | `${number}K` | `${number}M`;

/** What a limit counts. */
export type LimitMetric =
  | 'calls'
  | 'tokens'
  | 'input-tokens'
  | 'output-tokens'
  | 'usd'
  | 'concurrency';

type MetricWord = 'call' | 'calls' | 'tokens' | 'input tokens' | 'output tokens';
type Unit = 's' | 'm' | 'h' | 'd' | 'w';
type Period = `${number}${Unit}` | Unit;

/** A limit as people say it: `'5 calls / 5h'`, `'100k tokens / 1d'`, `'$50 / 1d'`, `'4 at once'`. */
export type LimitText =
  | `${Amount} ${MetricWord} / ${Period}`
  | `$${number} / ${Period}`
  | `${number} at once`;

/** A limit as data. `windowMs` is a rolling window, exact; absent for `concurrency`. `usd` capacities are dollars. */
export interface LimitRule {
  readonly metric: LimitMetric;
  readonly capacity: number;
  readonly windowMs?: number;
  /** Hard limits (the default) reserve the worst case, soft ones the estimate. */
  readonly soft?: boolean;
}

/** What may be spent in all; work stops before it would exceed any of these. What is left out is unlimited. */
export interface BudgetSpec {
  /** US dollars. */
  readonly usd?: number;
  readonly tokens?: number;
  readonly calls?: number;
  /** Shares of each amount, above 0 and up to 1, at which `budget.crossed` tells; the default is `[0.8]`. */
  readonly warnAt?: readonly number[];
}

/** Budgets that many runs share. They are for ever: what was spent counts over restarts. */
export interface SharedBudgets {
  /** For everything that this overseer's project ever does. */
  readonly project?: BudgetSpec;
  /** By the user that runs are started for; `*` is for each user that has none of its own. */
  readonly users?: Readonly<Record<string, BudgetSpec>>;
  /** By the tenant that runs are started for; `*` is for each tenant that has none of its own. */
  readonly tenants?: Readonly<Record<string, BudgetSpec>>;
  /** By the name of a model in its team; work that no longer fits one goes to other models. */
  readonly models?: Readonly<Record<string, BudgetSpec>>;
}

/** Whose budget it is; a task is named by its run and key, as `task:<run>/<key>`. */
export type BudgetScope =
  | 'project'
  | `model:${string}`
  | `tenant:${string}`
  | `user:${string}`
  | `run:${string}`
  | `task:${string}`;
