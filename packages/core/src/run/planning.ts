import { OverseerError } from '../errors/overseer-error.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import type { RunState } from '../journal/run-state.ts';
import { titleOf } from '../plan/title-of.ts';
import type { UsageTotals } from '../spec/call-amounts.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { TaskGraph, TaskInput } from '../spec/task.ts';
import { plannedGraph, wishedChecks } from './planned-graph.ts';
import type { Run } from './run-handle.ts';
import { runResult } from './run-result.ts';

/** A plan that was made of a goal, and what making it took. */
export interface MadePlan {
  /** The run that made it. */
  readonly run: string;
  readonly goal: string;
  /** The tasks with all their checks, and a last one that checks the whole: ready for `estimate` and `run`, and free to be changed. */
  readonly graph: TaskGraph;
  /** What planning used. */
  readonly usage: UsageTotals;
  /** What planning cost in US dollars; absent where a call was charged to a model whose price nobody knows. */
  readonly cost?: number;
}

/** A plan in the making. */
export interface Planning {
  /** The run that makes it: to be looked at, paused and cancelled as any. */
  readonly run: Run;
  /**
   * The plan, once it passed its checks. Rejects with `OverseerError`: `plan.not-made` where no answer of the models was a
   * plan, and `plan.stopped` where it was cancelled, a budget was used up, or this overseer was closed; never as an
   * unhandled rejection.
   */
  readonly result: Promise<MadePlan>;
}

/** A planning whose result is read off the events of its run. */
export function planning(run: Run): Planning {
  const result = planOf(run);
  result.catch(() => undefined);
  return { run, result };
}

/**
 * Reads the plan off the events of the run that made it, of one that another process began too. Rejects as
 * `Planning.result` does, and with `plan.absent` where the run made no plan alone.
 */
export async function planOf(events: AsyncIterable<OverseerEvent>): Promise<MadePlan> {
  const runs: Runs = new Map();
  for await (const event of events) foldRun(runs, event);
  const [run] = runs.values();
  const planner = run === undefined ? undefined : plannerOf(run);
  if (run?.goal === undefined || planner === undefined) {
    throw new OverseerError(
      'plan.absent',
      'This run made no plan of a goal for others to work: give planOf a run that overseer.plan() began.',
    );
  }
  if (run.outcome !== 'completed') throw unmade(run);
  const planned = await plannedGraph(run, planner, planner.output ?? '');
  if (planned.kind === 'refused') throw notMade(run.usage, planned.problems.join(' '));
  const { usage, cost } = runResult(run, run.outcome, run.because);
  return {
    run: run.id,
    goal: run.goal,
    graph: {
      title: titleOf(run.goal),
      ...(run.context === undefined ? {} : { context: run.context }),
      tasks: [...onTheirOwn(planned.inputs), ...planned.last],
    },
    usage,
    ...(cost === undefined ? {} : { cost }),
  };
}

/** Elsewhere the planner, whom a plan may name as done, is not there. */
function onTheirOwn(tasks: readonly TaskInput[]): readonly TaskInput[] {
  const keys = new Set(tasks.map(({ key }) => key));
  return tasks.map((task) =>
    task.needs === undefined ? task : { ...task, needs: task.needs.filter((key) => keys.has(key)) },
  );
}

/** The task of a run that does nothing but plan. */
function plannerOf({ tasks }: RunState): ReturnType<RunState['tasks']['get']> {
  for (const state of tasks.values()) {
    if (state.task.kind === 'plan' && wishedChecks(state).only === true) return state;
  }
  return undefined;
}

function unmade({ id, outcome, because, usage }: RunState): OverseerError {
  if (outcome === 'failed') return notMade(usage, because ?? 'nobody could');
  const how =
    outcome === 'stopped'
      ? `Planning was stopped: ${because ?? 'somebody cancelled it'}.`
      : `Planning was broken off: ${because ?? 'this overseer was closed'}. open(${JSON.stringify(id)}).resume() goes on with it.`;
  return new OverseerError('plan.stopped', `${how} ${paid(usage)}`);
}

function notMade(usage: UsageTotals, because: string): OverseerError {
  return new OverseerError(
    'plan.not-made',
    `No plan could be made of the goal: ${because}. Say the goal more precisely, or have a stronger model be the overseer. ${paid(usage)}`,
  );
}

function paid({ calls }: UsageTotals): string {
  return `It took ${calls === 1 ? '1 call' : `${calls} calls`}.`;
}
