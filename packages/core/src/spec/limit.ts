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

/** What a run may spend; a run stops before it would exceed any of them. */
export interface BudgetSpec {
  /** US dollars. */
  readonly usd?: number;
  readonly tokens?: number;
  readonly calls?: number;
}
