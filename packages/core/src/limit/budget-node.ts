import type { Spending } from '../journal/spending.ts';
import type { BudgetScope, BudgetSpec } from '../spec/limit.ts';
import { type Purse, pursesOf } from './purse.ts';
import { SpendRate } from './spend-rate.ts';

/** One budget of the tree, whole: all that it names is held together. */
export interface BudgetNode {
  readonly scope: BudgetScope;
  /** The run that it belongs to, or to whose task; `undefined` for budgets that runs share. */
  readonly run: string | undefined;
  /** Its name in holds: `run budget`. */
  readonly name: string;
  /** Whose it is, in a sentence: `the run's`. */
  readonly owner: string;
  readonly purses: readonly Purse[];
  /** Shares that were told, as `metric share`; those of budgets that runs share are kept by `Spending`. */
  readonly crossed: Set<string>;
  /** What was used of it lately. */
  readonly rate: SpendRate;
}

/** The budget of a run. */
export function runNode(run: string, spec: BudgetSpec): BudgetNode {
  const names = { name: 'run budget', owner: "the run's" };
  return { scope: `run:${run}`, run, ...names, purses: pursesOf(spec), ...fresh() };
}

/** The budget of a task. */
export function taskNode(run: string, task: string, spec: BudgetSpec): BudgetNode {
  const names = { name: 'task budget', owner: `the task's` };
  const scope = `task:${run}/${task}` as const;
  return { scope, run, ...names, purses: pursesOf(spec), ...fresh() };
}

/** A budget that runs share; what is used of it is what `spending` counts. */
export function sharedNode(scope: BudgetScope, spec: BudgetSpec, spending: Spending): BudgetNode {
  const [kind = '', ...rest] = scope.split(':');
  const whose = rest.join(':');
  return {
    scope,
    run: undefined,
    name: scope === 'project' ? 'project budget' : `budget of ${kind} ${whose}`,
    owner: scope === 'project' ? "the project's" : `${kind} ${whose}'s`,
    purses: pursesOf(spec, (metric) => spending.of(scope)[metric]),
    ...fresh(),
  };
}

function fresh(): Pick<BudgetNode, 'crossed' | 'rate'> {
  return { crossed: new Set(), rate: new SpendRate() };
}
