import type { AbortListeners } from './internal/abort-listeners.ts';
import type { OverseerGround } from './overseer-ground.ts';
import type { ComparedTask } from './plan/compared-tasks.ts';
import { type ForkOptions, newFork, type ReplayOptions } from './request-fork.ts';
import { newComparison, newPlanning, newRun } from './request-run.ts';
import { requireRunId } from './require-run-id.ts';
import { cancelOn } from './run/cancel-on.ts';
import { type Comparison, compare } from './run/comparison.ts';
import { type CostEstimate, estimateCost } from './run/estimate-cost.ts';
import type { NewRun } from './run/new-run.ts';
import type { OpenKernel } from './run/open-kernel.ts';
import { type Planning, planning } from './run/planning.ts';
import { createRecordedRun } from './run/recorded-run.ts';
import { createRunHandle, type Run } from './run/run-handle.ts';
import { type UnfinishedRun, unfinishedRuns } from './run/unfinished-runs.ts';
import type { RunOptions } from './run-options.ts';
import type { TaskGraph } from './spec/task.ts';

/** What is asked of an overseer: runs, new ones and those that there are. */
export interface OverseerRequests {
  /**
   * Starts a run and returns its handle at once: of a goal in words, which the overseer model breaks into tasks, or of
   * a graph of tasks. Throws `ConfigError` for a graph that cannot be worked (`plan.…`), for an option that means nothing (`config.invalid`), for a budget that is none
   * (`config.budget`) or counts dollars where a model has no price (`config.price`), and for a parent that is over or has another user
   * (`config.parent`), and `config.share` for a flow or a weight that is none.
   */
  run(request: string | TaskGraph, options?: RunOptions): Run;

  /**
   * Has the overseer model make the plan of a goal, and works none of it: a run of its own with the same prompt, checks
   * of the plan, limits and budgets as planning within `run`, which ends with the plan. What comes of it is a graph that
   * can be read, changed, given to `estimate` and to `run`. Throws `ConfigError` as `run` does.
   */
  plan(goal: string, options?: RunOptions): Planning;

  /**
   * What a graph of tasks will use, per task and in all, and whether that fits its budgets: calls with repairs and
   * reviews, tokens and dollars, each with a range that holds the truth in nine of ten cases. Starts nothing. Throws as
   * `run` does.
   */
  estimate(request: TaskGraph, options?: RunOptions): CostEstimate;

  /**
   * Has each of these models do one task by itself, side by side: a run of one task a model, without a winner, which a
   * model's failure does not fail. Throws `ConfigError` as `run` does, `plan.unknown-model` for a name that is not in
   * the team, and `plan.ensemble` for tasks that are not answered in words.
   */
  compare(task: ComparedTask, models: readonly string[], options?: RunOptions): Comparison;

  /**
   * Starts a run that goes on from another one as that stood at an event, with changed input: what was done by then is
   * taken over and not paid again, the rest is worked anew. What is changed is worked anew too, with all that needs it. The
   * parent stays as it is. Throws `OverseerError`: `run.unknown`, `seq.unknown`, `task.unknown`; and `ConfigError`
   * `fork.invalid`, and as `run` does.
   */
  fork(run: string, options?: ForkOptions): Promise<Run>;

  /** Starts a run that does all of another one anew, with changed input. Throws as `fork` does. */
  replay(run: string, options?: ReplayOptions): Promise<Run>;

  /** A handle to a run of this journal, whoever started it. */
  open(id: string): Run;

  /** The runs that are not finished: those that go on here, and those that a dead process left. */
  unfinished(): readonly UnfinishedRun[];
}

/** Takes requests for one overseer; `aborts` hears of the signals of runs as long as it is open. */
export function createRequests(ground: OverseerGround, aborts: AbortListeners): OverseerRequests {
  const { settings } = ground;
  const begin = (
    request: NewRun,
    { signal, id: wished }: Pick<RunOptions, 'signal' | 'id'>,
  ): Run => {
    const { open } = ground;
    const id = wished === undefined ? settings.ids() : requireRunId(wished, open.kernel);
    open.kernel.start(id, request);
    // In the same turn, before the run can have ended.
    const run = handleOf(id, open);
    if (signal !== undefined) cancelOn(aborts, signal, run);
    return run;
  };
  const handleOf = (id: string, { kernel, journal }: OpenKernel): Run =>
    createRunHandle(id, kernel, journal, settings.shown);
  const forkAt = async (
    run: string,
    at: number | 'first' | undefined,
    options: ReplayOptions,
  ): Promise<Run> => {
    const { kernel, journal } = ground.open;
    return begin(await newFork(settings, kernel, journal.stream, run, at, options), options);
  };
  return {
    run: (request, options = {}) =>
      begin(newRun(settings, ground.open.kernel, request, options), options),
    plan: (goal, options = {}) =>
      planning(begin(newPlanning(settings, ground.open.kernel, goal, options), options)),
    estimate: (request, options = {}) => {
      const { kernel, projection } = ground.open;
      return estimateCost(settings, projection, newRun(settings, kernel, request, options));
    },
    compare: (task, models, options = {}) =>
      compare(begin(newComparison(settings, ground.open.kernel, task, models, options), options)),
    fork: (run, options = {}) => forkAt(run, options.at, options),
    replay: (run, options = {}) => forkAt(run, 'first', options),
    open: (id) => {
      const { open } = ground;
      if (open.kernel.runOf(id) !== undefined) return handleOf(id, open);
      return createRecordedRun(id, open.journal.stream, settings);
    },
    unfinished: () => unfinishedRuns(ground.open.kernel.unfinished),
  };
}
