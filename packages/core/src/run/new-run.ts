import type { BudgetSpec } from '../spec/limit.ts';
import type { PlanTask, TaskSource } from '../spec/task.ts';

/** What a new run starts with. */
export interface NewRun {
  readonly title: string;
  readonly goal?: string;
  readonly context?: string;
  readonly budget?: BudgetSpec;
  readonly flow?: string;
  readonly weight?: number;
  readonly tasks: readonly PlanTask[];
  readonly source?: TaskSource;
}
