import type { BudgetNode } from './budget-node.ts';
import { units } from './limit-reasons.ts';
import type { Admission } from './model-limits.ts';
import type { Purse } from './purse.ts';

/** Whether budgets let a call start. `ends` is what has to end, or do without the model, where it never can again. */
export type BudgetAdmission = Admission & { readonly ends?: 'run' | 'task' | 'model' };

/** What stands in the way of a call. */
export interface Stuck {
  readonly node: BudgetNode;
  readonly purse: Purse;
  readonly amount: number;
  readonly fits: 'wait' | 'never';
}

/** A budget has too little left for a call of `run`. */
export function neverBy({ node, purse, amount }: Stuck, run: string): BudgetAdmission {
  const { metric, capacity, used } = purse;
  const left = units(metric, Math.max(0, capacity - used));
  const budget = `${ownerFor(node, run)} budget of ${units(metric, capacity)}`;
  const why = `${budget} has ${left} left, and the next call may use ${units(metric, amount)}`;
  return { kind: 'never', why, ends: endOf(node, run) };
}

/** A budget would have enough, were it not for calls under way. */
export function waitFor({ node, purse }: Stuck, run: string): BudgetAdmission {
  const budget = `${ownerFor(node, run)} budget of ${units(purse.metric, purse.capacity)}`;
  return { kind: 'wait', untilAt: undefined, why: `${budget} is reserved by calls under way` };
}

function ownerFor({ run, owner, scope }: BudgetNode, by: string): string {
  if (run === undefined || run === by) return owner;
  return scope.startsWith('task:') ? "the parent task's" : "the parent run's";
}

function endOf({ run, scope }: BudgetNode, by: string): 'run' | 'task' | 'model' {
  if (scope.startsWith('model:')) return 'model';
  return run === by && scope.startsWith('task:') ? 'task' : 'run';
}
