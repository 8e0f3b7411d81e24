import type { TaskState } from '../journal/run-state.ts';
import { createCandidateFinder } from '../route/candidate-finder.ts';
import type { Choice } from '../route/choose-model.ts';
import type { ReadyTask } from '../schedule/ready-task.ts';
import { chooseFor } from './choose-for.ts';
import type { Decider } from './decider.ts';
import { needsNoModel } from './no-model.ts';
import type { Projection } from './projection.ts';
import type { RemoteCalls } from './remote-calls.ts';
import type { Scheduling } from './scheduling.ts';
import type { Settings } from './settings.ts';

/** Groups of tasks that are looked at; those of one group wait for the same. */
const MOST_GROUPS = 100;

/** Of what waits are told. */
export interface WaitsSource {
  readonly settings: Settings;
  readonly projection: Projection;
  readonly scheduling: Scheduling;
  /** The calls that workers make; absent where there are none. */
  readonly remote: RemoteCalls | undefined;
}

/** A task that waits for what does not come by itself, on behalf of all of its run that wait for the same. */
export interface EndlessWait {
  readonly run: string;
  readonly task: string;
  /** Stays the same as long as it is the same that is waited for. */
  readonly cause: string;
  readonly because: string;
  readonly remedy: string;
}

type Why = Pick<EndlessWait, 'cause' | 'because' | 'remedy'>;

/** What has been waited for as long as `stuckMs` and will not come by itself. Changes nothing. */
export function endlessWaits(
  host: WaitsSource,
  stuckMs: number,
  nowMs: number,
): readonly EndlessWait[] {
  return [...unclaimed(host, stuckMs, nowMs), ...queued(host, stuckMs, nowMs)];
}

/** Calls for which no worker is there. They fail by themselves after `holdMs`, so that it is said before. */
function unclaimed(
  { remote, settings }: Pick<WaitsSource, 'remote' | 'settings'>,
  stuckMs: number,
  nowMs: number,
): readonly EndlessWait[] {
  const calls = remote?.unclaimed(Math.min(stuckMs, settings.holdMs / 3), nowMs) ?? [];
  return calls.map(({ run, task, model, sinceAt }) => ({
    run,
    task,
    cause: `workers of ${model}`,
    because: `no worker has taken a call of ${model} for ${minutes(nowMs - sinceAt)}, and calls of it wait`,
    remedy: `Start a worker that has the model ${model}, with the same transport and schema; or look why those that run do not claim.`,
  }));
}

function* queued(
  host: Omit<WaitsSource, 'remote'>,
  stuckMs: number,
  nowMs: number,
): Generator<EndlessWait> {
  const { settings, projection, scheduling } = host;
  const decider = { settings, projection, candidates: createCandidateFinder(settings) };
  const groups = new Map<string, { readonly first: ReadyTask; count: number }>();
  for (const ready of scheduling.queue.waiting()) {
    if (nowMs - ready.readyAt < stuckMs || ready.notBefore > nowMs) continue;
    const name = `${ready.run} ${ready.group}`;
    const group = groups.get(name);
    if (group !== undefined) group.count += 1;
    else if (groups.size < MOST_GROUPS) groups.set(name, { first: ready, count: 1 });
  }
  for (const { first, count } of groups.values()) {
    const task = projection.runs.get(first.run)?.tasks.get(first.task);
    if (task?.status !== 'open' || task.paused !== undefined) continue;
    const why = whyEndless(host, decider, task, nowMs);
    if (why === undefined) continue;
    const others = count === 1 ? '' : `; ${count - 1} more of its run wait for the same`;
    const because = `it has waited for ${minutes(nowMs - first.readyAt)}: ${why.because}${others}`;
    yield { ...why, run: first.run, task: first.task, because };
  }
}

function whyEndless(
  { scheduling, projection, settings }: Omit<WaitsSource, 'remote'>,
  decider: Decider,
  task: TaskState,
  nowMs: number,
): Why | undefined {
  const { kind } = task.task;
  const shut = scheduling.workers.whyShut(kind);
  if (shut !== undefined) {
    const remedy = 'Give it places: overseer.setWorkers, or the options workers and concurrency.';
    return { cause: `pool ${shut}`, because: shut, remedy };
  }
  if (scheduling.isFull(task) || needsNoModel(task.task)) return undefined;
  const choice = chooseFor(decider, task, nowMs);
  if (choice.kind !== 'wait') return undefined;
  const { because, on } = choice;
  if (on?.kind === 'limit' && settings.samplers.has(on.what)) {
    const remedy = `See what else uses ${on.what} of this machine, or raise its limit.`;
    return { cause: `gauge ${on.what}`, because, remedy };
  }
  if (isOfTheHost(choice, decider, nowMs)) {
    const remedy = 'Bring back what the reason names; all that waits goes on by itself.';
    return { cause: on?.what ?? because, because, remedy };
  }
  if (choice.untilAt !== undefined || projection.calls.size > 0) return undefined;
  const remedy =
    'Give the models that may do it places (concurrency, setWorkers) or add one that may do it (addModel).';
  return {
    cause: 'no model',
    because: `no model may take it, and nothing is under way that would change that (${because})`,
    remedy,
  };
}

/** Of what is out of order that is no model: models that are down are told by `model.changed`, and given up by `outageMs`. */
function isOfTheHost(
  { on }: Extract<Choice, { kind: 'wait' }>,
  { projection }: Decider,
  nowMs: number,
): boolean {
  if (on?.kind !== 'outage') return false;
  return on.model === undefined || projection.breakers.down(on.model, nowMs) === undefined;
}

function minutes(ms: number): string {
  return `${Math.round(ms / 60_000)} min`;
}
