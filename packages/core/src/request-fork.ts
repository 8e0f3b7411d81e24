import { checkBudget } from './check-budget.ts';
import { checkBudgetPrices } from './check-prices.ts';
import { ConfigError } from './errors/config-error.ts';
import { canonicalJson } from './internal/canonical-json.ts';
import { requireFields } from './internal/require-fields.ts';
import type { RunState } from './journal/run-state.ts';
import { forkTasks, type TaskChange } from './project/fork-tasks.ts';
import { type RunBefore, runBefore } from './project/run-before.ts';
import { newPlanning, newRun } from './request-run.ts';
import { checkWishes } from './run/check-wishes.ts';
import { finalChecks } from './run/final-check.ts';
import type { Kernel } from './run/kernel.ts';
import type { NewRun } from './run/new-run.ts';
import type { Settings } from './run/settings.ts';
import type { RunOptions } from './run-options.ts';
import type { BudgetSpec } from './spec/limit.ts';
import type { TaskSource } from './spec/task.ts';
import { readPlanCheck } from './validate/plan-checks.ts';

/** What a fork is to have that its parent had not. */
export interface ForkChanges {
  /** Another goal, for a run of a goal: planned and worked anew. */
  readonly goal?: string;
  /** By the key of the task. */
  readonly tasks?: Readonly<Record<string, TaskChange>>;
  readonly budget?: BudgetSpec;
}

/** What a replay may have of its own. */
export interface ReplayOptions {
  readonly changes?: ForkChanges;
  /** Where the tasks came from, so that their boxes can be ticked; needed where the parent was started with one. */
  readonly source?: TaskSource;
  /** Cancels the fork when it aborts. */
  readonly signal?: AbortSignal;
}

/** From which event a run is forked, and what the fork may have of its own. */
export interface ForkOptions extends ReplayOptions {
  /** The `seq` of an event; the fork goes on from how the run stood after it. The default is the last one there is. */
  readonly at?: number;
}

const CHANGES: readonly (keyof ForkChanges)[] = ['goal', 'tasks', 'budget'];
const OPTIONS: readonly (keyof ForkOptions)[] = ['at', 'changes', 'source', 'signal'];

/** The run that goes on from another one, checked. Throws as `Overseer.fork` does. */
export async function newFork(
  settings: Settings,
  kernel: Kernel,
  stream: string,
  id: string,
  at: number | 'first' | undefined,
  options: ReplayOptions,
): Promise<NewRun> {
  requireFields('the options of a fork', options, OPTIONS, 'fork.invalid');
  const { changes = {}, source } = options;
  requireFields('the changes of a fork', changes, CHANGES, 'fork.invalid');
  await kernel.settled();
  const before = await runBefore(settings.store, stream, id, at);
  const request =
    changes.goal === undefined
      ? withTasks(settings, before, changes)
      : withGoal(settings, kernel, before, changes, changes.goal);
  return source === undefined ? request : { ...request, source };
}

function withTasks(settings: Settings, before: RunBefore, changes: ForkChanges): NewRun {
  const { run, seq, planned } = before;
  const { tasks, done } = forkTasks(run, planned, changes.tasks ?? {}, settings.clock.now());
  checkWishes(settings, tasks);
  const { budget = run.budget } = changes;
  if (changes.budget !== undefined) {
    checkBudget('this run', changes.budget);
    checkBudgetPrices(changes.budget, settings.members.values());
  }
  return {
    title: run.title,
    ...placeOf(run),
    ...(run.goal === undefined ? {} : { goal: run.goal }),
    ...(budget === undefined ? {} : { budget }),
    tasks,
    fork: { parent: run.id, seq, done },
  };
}

/** A new goal has a plan of its own, made and checked as that of the old one was. */
function withGoal(
  settings: Settings,
  kernel: Kernel,
  { run, seq }: RunBefore,
  changes: ForkChanges,
  goal: string,
): NewRun {
  const plan = [...run.tasks.values()].find(({ task }) => task.kind === 'plan')?.task;
  if (run.goal === undefined || plan === undefined) {
    throw new ConfigError(
      'fork.invalid',
      `Run ${run.id} was started with a graph of tasks and has no goal: change its tasks, or start a run of the goal.`,
    );
  }
  if (Object.keys(changes.tasks ?? {}).length > 0) {
    throw new ConfigError(
      'fork.invalid',
      'A new goal gets a plan of its own: change the goal, or tasks of the old plan.',
    );
  }
  const checks = readPlanCheck(plan.checks.find(({ kind }) => kind === 'plan')?.value);
  const always = checks?.always ?? [];
  const usual = finalChecks(run.goal, always, settings.workspaces !== undefined);
  const whole = checks === undefined ? usual : (checks.whole ?? []);
  const isUsual = canonicalJson(usual) === canonicalJson(whole);
  const { budget = run.budget } = changes;
  const options: RunOptions = {
    ...placeOf(run),
    ...(budget === undefined ? {} : { budget }),
    checks: always,
    ...(isUsual ? {} : { finalChecks: whole }),
    ...(checks?.ensembles === undefined ? {} : { ensembles: checks.ensembles }),
  };
  const request = checks?.only === true ? newPlanning : newRun;
  return {
    ...request(settings, kernel, goal, options),
    fork: { parent: run.id, seq, done: [] },
  };
}

/** Whose work it is and what it may use, as it was its parent's. */
function placeOf(
  run: RunState,
): Pick<NewRun & RunOptions, 'context' | 'cache' | 'user' | 'tenant' | 'flow' | 'weight'> {
  const { context, cache, user, tenant, flow, weight } = run;
  return {
    ...(context === undefined ? {} : { context }),
    ...(cache === undefined ? {} : { cache }),
    ...(user === undefined ? {} : { user }),
    ...(tenant === undefined ? {} : { tenant }),
    // Where nothing was said, each run is a flow of its own.
    ...(flow === run.id ? {} : { flow }),
    weight,
  };
}
