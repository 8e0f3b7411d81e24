import type { BudgetNode } from './budget-node.ts';

/** The budgets of a run that goes on, and those above it. */
export interface RunBudgets {
  readonly id: string;
  readonly parent: RunBudgets | undefined;
  /** From the top down to the run's own. */
  readonly path: readonly BudgetNode[];
  readonly tasks: Map<string, BudgetNode>;
  /** Reviews and other tasks that a task asked for: whose budget they use. */
  readonly askers: Map<string, string>;
  /** Runs below it that are not finished, and itself. */
  open: number;
  /** Whether it is finished, and kept for runs below it alone. */
  isOver: boolean;
}

/** In whose events it is told what becomes of a budget: those of the run that it belongs to, or else of the run `by` whose call did it. */
export function hearerOf(
  runs: ReadonlyMap<string, RunBudgets>,
  { run = '' }: BudgetNode,
  by: string,
): string {
  return runs.get(run)?.isOver === false ? run : by;
}

/** A task's own budget, and that of the task that asked for it. */
export function taskNodes(
  { tasks, askers }: RunBudgets,
  task: string | undefined,
): readonly BudgetNode[] {
  if (tasks.size === 0) return [];
  const nodes: BudgetNode[] = [];
  for (let key = task; key !== undefined; key = askers.get(key)) {
    const node = tasks.get(key);
    if (node !== undefined) nodes.unshift(node);
  }
  return nodes;
}
