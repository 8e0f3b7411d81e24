import type { AttemptPlace } from '../attempt/attempt-host.ts';
import { shown } from '../internal/sensitive-mark.ts';
import type { Sliced } from '../internal/slices.ts';
import type { TaskState } from '../journal/run-state.ts';
import { forecast, type Prediction } from '../schedule/forecast.ts';
import type { ReadyTask } from '../schedule/ready-task.ts';
import type { TaskQueue } from '../schedule/task-queue.ts';
import type { WorkerPools } from '../schedule/worker-pools.ts';
import { chooseFor } from './choose-for.ts';
import type { Decider } from './decider.ts';
import { createForecastWorld } from './forecast-world.ts';
import { needsNoModel } from './no-model.ts';
import type { PreparedTask } from './preparing.ts';

/** A task that is ready and waits for its turn. */
export interface WaitingTask {
  readonly run: string;
  readonly task: string;
  readonly title: string;
  /** 1 for the one that is expected to start first. */
  readonly position: number;
  /** Epoch ms. */
  readonly readyAt: number;
  /** In words: `coder-a: 5/5 calls, resets in 8 s`. */
  readonly waitsFor: string;
  /** Epoch ms at which it is expected to start; `undefined` where nobody can say, and `because` says why not. */
  readonly startsAt: number | undefined;
  readonly because: string | undefined;
  /** Tasks in the longest chain that waits for it. */
  readonly chain: number;
  /** By how many tasks that chain is shorter than the longest one of its run; 0 on the critical path. */
  readonly slack: number;
  /** How much later than expected it may start and be in time for its deadline, in ms; `undefined` without one. */
  readonly spareMs: number | undefined;
}

/** What is looked at. */
export interface WaitingInput {
  readonly decider: Decider;
  readonly queue: TaskQueue;
  readonly workers: WorkerPools;
  readonly attempts: readonly AttemptPlace[];
  /** Tasks that stand in no queue, as something else keeps them back. */
  readonly aside: readonly PreparedTask[];
  /** The longest chain of tasks behind any task of a run. */
  readonly longest: (run: string) => number;
  /** Whether nothing may start at all. */
  readonly isPaused: boolean;
  readonly nowMs: number;
}

/**
 * Every ready task that waits, in the order in which they are expected to start. Changes nothing. Where it is left for a
 * while, it goes on with what was true at its beginning, and leaves out what is worked on by then.
 */
export function* waitingTasks(input: WaitingInput): Sliced<readonly WaitingTask[]> {
  const { decider, queue, nowMs } = input;
  const aside = new Map(input.aside.map(({ ready, because }) => [ready, because]));
  const longest = remembered(input.longest);
  const world = createForecastWorld(input);
  const known = new Map<string, string>();
  const found = yield* forecast(queue.copy(nowMs), world, nowMs);
  const all = [
    ...(input.isPaused ? found.map(stopped) : found),
    ...input.aside.map(({ ready, because }) => ({ task: ready, startsAt: undefined, because })),
  ];
  const waiting: WaitingTask[] = [];
  for (const { task: ready, startsAt, because } of all) {
    const task = decider.projection.runs.get(ready.run)?.tasks.get(ready.task);
    if (task?.status !== 'open') continue;
    const before = waiting.length;
    const { run, task: key, readyAt } = ready;
    const waitsFor = aside.get(ready) ?? whatFor(input, ready, task, before, known);
    const title = shown(task.task.title);
    const position = before + 1;
    const place = { run, task: key, title, position, readyAt, waitsFor, startsAt, because };
    waiting.push({ ...place, ...slackOf(ready, startsAt ?? nowMs, longest(run)) });
    yield;
  }
  return waiting;
}

/** Why nobody can say when anything starts while nothing may. */
export const PAUSED = 'the project is paused';

function stopped(prediction: Prediction): Prediction {
  return { ...prediction, startsAt: undefined, because: PAUSED };
}

function slackOf(
  { rank, latestStartAt }: ReadyTask,
  startsAt: number,
  longest: number,
): Pick<WaitingTask, 'chain' | 'slack' | 'spareMs'> {
  const hasDeadline = latestStartAt < Number.POSITIVE_INFINITY;
  const spareMs = hasDeadline ? latestStartAt - startsAt : undefined;
  return { chain: rank, slack: Math.max(0, longest - rank), spareMs };
}

/** Asks once for each run. */
export function remembered(ask: (run: string) => number): (run: string) => number {
  const known = new Map<string, number>();
  return (run) => {
    const answer = known.get(run) ?? ask(run);
    known.set(run, answer);
    return answer;
  };
}

/** A task that only its run's budget keeps back. */
export function ofBudget(ready: ReadyTask): PreparedTask {
  return { ready, because: 'the budget of its run has room when one of its calls ends' };
}

function whatFor(
  { decider, queue, workers, nowMs }: WaitingInput,
  ready: ReadyTask,
  task: TaskState,
  before: number,
  known: Map<string, string>,
): string {
  if (ready.notBefore > nowMs) return `another try in ${ready.notBefore - nowMs} ms`;
  const outside = queue.isOutside(ready.run, ready.task) ? 'room in the queue; ' : '';
  // Tasks of one group wait for the same, unless a deadline shuts models out.
  const name = task.task.deadlineAt === undefined ? ready.group : undefined;
  let why = name === undefined ? undefined : known.get(name);
  if (why === undefined) {
    why = workers.whyFull(task.task.kind) ?? whyNoModel(decider, task, nowMs) ?? '';
    if (name !== undefined) known.set(name, why);
  }
  if (why !== '') return `${outside}${why}`;
  return `${outside}its turn, behind ${before} ${before === 1 ? 'other' : 'others'}`;
}

function whyNoModel(decider: Decider, task: TaskState, nowMs: number): string | undefined {
  if (needsNoModel(task.task)) return undefined;
  const choice = chooseFor(decider, task, nowMs);
  return choice.kind === 'assign' ? undefined : choice.because;
}
