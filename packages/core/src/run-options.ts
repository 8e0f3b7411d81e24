import type { RunParent } from './run/new-run.ts';
import type { CacheScope } from './spec/answer-store.ts';
import type { BudgetSpec } from './spec/limit.ts';
import type { Check } from './spec/task.ts';

/** What one run may have of its own. */
export interface RunOptions {
  /** In place of the overseer's; budgets of the project, user, tenant and parent hold as well. */
  readonly budget?: BudgetSpec;
  /** `false` takes no answer from before and leaves none; a scope shares answers with runs of the same names and values alone. */
  readonly cache?: false | CacheScope;
  /** For whom it works: what it uses is charged to that user's budget too. */
  readonly user?: string;
  /** The customer or team that the user belongs to; charged as well. */
  readonly tenant?: string;
  /** The task of an unfinished run for which it works: it draws from its budget, and has its user and tenant. */
  readonly parent?: RunParent;
  /** Facts about the project that every prompt may use, in Markdown; a graph's own context comes before it. */
  readonly context?: string;
  /**
   * Whose work it is, such as a user, a project or a tenant: flows share what models can do, each by its weight, and no
   * flow waits for all that another one has to do. The default is the
   * run's user, else its tenant, else the run itself.
   */
  readonly flow?: string;
  /** The share of its flow against others, 0.001 to 1,000; the latest run of a flow says it. The default is 1. */
  readonly weight?: number;
  /** Checks that every task of the plan for a goal gets beside its own; a graph's tasks have theirs already. */
  readonly checks?: readonly Check[];
  /**
   * Checks that all tasks of the plan for a goal must pass together in the end, as one last task of kind `check`. Where
   * left out: those of `checks` that look at the project (`tsc`, `command`), or without workspaces the overseer model's
   * judgement of the results against the goal. None for an empty list.
   */
  readonly finalChecks?: readonly Check[];
  /** Lets the plan for a goal have several models answer a task; a graph's tasks say so themselves. The default is not to. */
  readonly ensembles?: boolean;
  /**
   * Has a person approve the plan before anything of it is worked: `true`, or who. It waits for their word as long as it
   * takes, over restarts: `yes`, `no`, or what to change, of which the planner is told.
   */
  readonly approve?: boolean | string;
  /** The run's own id, 1 to 100 letters, digits, dots, dashes and underscores that no run has had; the default is a new one. */
  readonly id?: string;
  /** Cancels the run when it aborts, as `cancel` of its handle does; at once where it has. */
  readonly signal?: AbortSignal;
}
