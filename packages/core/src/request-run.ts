import { approvedFirst, approverOf } from './approve-graph.ts';
import { checkBudget } from './check-budget.ts';
import { checkBudgetPrices } from './check-prices.ts';
import { checkRunOptions } from './check-run-options.ts';
import { checkedCache } from './checked-cache.ts';
import { ConfigError } from './errors/config-error.ts';
import { defined } from './internal/defined.ts';
import { holdsMark } from './internal/sensitive-mark.ts';
import type { RunState } from './journal/run-state.ts';
import { type ComparedTask, comparedTasks } from './plan/compared-tasks.ts';
import { normaliseTasks } from './plan/normalise-tasks.ts';
import { titleOf } from './plan/title-of.ts';
import { checkWishes } from './run/check-wishes.ts';
import { finalChecks } from './run/final-check.ts';
import type { NewRun } from './run/new-run.ts';
import { placeOfRun } from './run/place-of-run.ts';
import { planTask } from './run/plan-task.ts';
import type { Settings } from './run/settings.ts';
import type { RunOptions } from './run-options.ts';
import { shareOf } from './share-of.ts';
import type { BudgetSpec } from './spec/limit.ts';
import type { TaskGraph } from './spec/task.ts';
import { approveCheck } from './validate/approve.ts';
import { chainFor } from './validate/chain.ts';
import { type PlanChecks, plannableChecks } from './validate/plan-checks.ts';

/** Finds a run that goes on, for those that work for one of its tasks. */
interface Runs {
  runOf(id: string): RunState | undefined;
}

/** The run that a host asks for, checked. Throws `ConfigError` as `Overseer.run` does. */
export function newRun(
  settings: Settings,
  runs: Runs,
  request: string | TaskGraph,
  options: RunOptions,
): NewRun {
  if (typeof request !== 'string') settings.graphs.graph(request);
  const graph = typeof request === 'string' ? undefined : request;
  const common = commonOf(settings, runs, options, graph?.tasks ?? [], graph?.context);
  if (typeof request === 'string') return { ...common, ...planRun(settings, request, options) };
  if (request.tasks.length === 0) {
    throw new ConfigError('plan.empty', 'There is nothing to do: the graph has no tasks.');
  }
  const tasks = approvedFirst(normaliseTasks(request.tasks), approverOf(options.approve));
  checkWishes(settings, tasks);
  return {
    ...common,
    title: request.title ?? tasks[0]?.title ?? 'run',
    tasks,
    ...(request.source === undefined ? {} : { source: request.source }),
  };
}

/** The run in which each of these models does one task by itself. Throws `ConfigError` as `Overseer.compare` does. */
export function newComparison(
  settings: Settings,
  runs: Runs,
  task: ComparedTask,
  models: readonly string[],
  options: RunOptions,
): NewRun {
  settings.graphs.compared(task);
  const tasks = comparedTasks(task, models);
  checkWishes(settings, tasks);
  const title = `Compare: ${titleOf(task.title ?? task.instruction)}`;
  return { ...commonOf(settings, runs, options, [task]), title, tasks };
}

/**
 * The run that makes a plan of a goal and ends with it: planned as a run of the goal is, with the same checks of the plan.
 * Throws `ConfigError` as `Overseer.plan` does.
 */
export function newPlanning(
  settings: Settings,
  runs: Runs,
  goal: string,
  options: RunOptions,
): NewRun {
  const common = commonOf(settings, runs, options, []);
  const planned = planRun(settings, goal, options, { only: true });
  return { ...common, ...planned, title: `Plan: ${planned.title}` };
}

/** What does not depend on whether it is a goal or a graph. */
function commonOf(
  settings: Settings,
  runs: Runs,
  options: RunOptions,
  tasks: TaskGraph['tasks'],
  ofGraph?: string,
): Omit<NewRun, 'title' | 'goal' | 'tasks' | 'source'> {
  checkRunOptions(options);
  checkPayer(options);
  requireSealing(settings, [tasks, ofGraph, options.context]);
  const place = placeOfRun(options, (id) => runs.runOf(id));
  checkBudget('this run', options.budget);
  const budget = options.budget ?? (place.parent ? undefined : settings.budget);
  checkBudgets(settings, budget, tasks);
  const context = [ofGraph, options.context].filter((text) => text !== undefined).join('\n\n');
  return {
    ...place,
    ...shareOf(options),
    ...(budget === undefined ? {} : { budget }),
    ...(context === '' ? {} : { context }),
    ...defined({ cache: checkedCache(options.cache) }),
  };
}

/** Throws `ConfigError` `config.sensitive` for a text that is marked, and would be written as it is. */
function requireSealing({ redact }: Settings, said: unknown): void {
  if (redact !== undefined || !holdsMark(said)) return;
  throw new ConfigError(
    'config.sensitive',
    'A text of this run is marked as sensitive, and this overseer has no keys to seal it: give createOverseer the option "sensitive", such as { keys: environmentKeys() }.',
  );
}

function checkBudgets(
  { members }: Settings,
  ofRun: BudgetSpec | undefined,
  tasks: TaskGraph['tasks'],
): void {
  const check = (whose: string, budget: BudgetSpec): void => {
    checkBudget(whose, budget);
    checkBudgetPrices(budget, members.values());
  };
  if (ofRun !== undefined) check('this run', ofRun);
  for (const { key = 'without a key', budget } of tasks) {
    if (budget !== undefined) check(`task ${key}`, budget);
  }
}

function planRun(
  { validators, roles, workspaces }: Settings,
  goal: string,
  { checks: always = [], finalChecks: final, ensembles = false, approve }: RunOptions,
  leave: Pick<PlanChecks, 'only'> = {},
): Pick<NewRun, 'title' | 'goal' | 'tasks'> {
  if (typeof goal !== 'string' || goal.trim() === '') {
    throw new ConfigError('plan.empty', 'There is nothing to do: the goal is empty.');
  }
  const kinds = plannableChecks(validators, roles.grantsOf('overseer'));
  const hasFiles = workspaces !== undefined;
  if (ensembles && hasFiles) {
    throw new ConfigError(
      'plan.ensemble',
      'A plan cannot have several models answer a task where tasks work on files: leave ensembles out, or use an overseer without workspaces.',
    );
  }
  const whole = final ?? finalChecks(goal, always, hasFiles);
  const checks = { kinds, always, whole, ...(ensembles ? { ensembles } : {}), ...leave };
  const person = approverOf(approve);
  const planner = planTask(goal, { checks, roles: roles.names, hasFiles });
  const task =
    person === undefined
      ? planner
      : { ...planner, checks: [...planner.checks, approveCheck(person)] };
  // A check that nobody makes is heard of now, not once the plan is there.
  chainFor({ ...task, kind: 'check', checks: [...always, ...whole] }, validators);
  return { title: titleOf(goal), goal, tasks: [task] };
}

/** Throws `ConfigError` (`config.invalid`) for a name that nobody can be counted by. */
function checkPayer(options: RunOptions): void {
  for (const who of ['user', 'tenant'] as const) {
    const name: unknown = options[who];
    if (name === undefined) continue;
    if (typeof name === 'string' && name !== '' && name.length <= 200) continue;
    throw new ConfigError(
      'config.invalid',
      `The ${who} of a run is a text of 1 to 200 characters; leave it out where there is none.`,
    );
  }
}
