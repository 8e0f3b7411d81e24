import type { SpentMetric } from '../journal/spending.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { BudgetScope } from '../spec/limit.ts';
import type { SpendRate } from './spend-rate.ts';

/** How one amount of a budget stands; money is in micro-dollars. */
export interface BudgetUse {
  readonly scope: BudgetScope;
  /** Its name in holds: `run budget: usd`. */
  readonly limit: string;
  readonly metric: SpentMetric;
  readonly used: number;
  readonly held: number;
  readonly capacity: number;
  readonly warnAt: readonly number[];
  /** What was used of the budget lately. */
  readonly rate: SpendRate;
}

/** The data of an event `budget.crossed`, and the run in whose events it is told. */
export interface BudgetCrossing {
  readonly run: string;
  readonly data: OverseerEvent<'budget.crossed'>['data'];
}
