import type { AttemptPlace } from '../attempt/attempt-host.ts';
import { openCallsOf } from '../journal/open-calls.ts';
import { isFinal, type TaskState } from '../journal/run-state.ts';
import { createCandidateFinder } from '../route/candidate-finder.ts';
import type { Member } from '../route/member.ts';
import { CallsAhead, type OpenEnd } from '../schedule/calls-ahead.ts';
import type { ForecastWorld, Foretold } from '../schedule/forecast.ts';
import { LimitsForecast } from '../schedule/model-forecast.ts';
import type { ReadyTask } from '../schedule/ready-task.ts';
import { WorkerPools } from '../schedule/worker-pools.ts';
import { claimForMessages } from './call-claim.ts';
import { chooseFor } from './choose-for.ts';
import { composeFor } from './compose-for.ts';
import type { Decider } from './decider.ts';
import { expectedEnd, lasts } from './expected-ends.ts';
import { needsNoModel } from './no-model.ts';
import { isShutOut } from './task-times.ts';
import { workingKinds } from './working-kinds.ts';

/** What a forecast starts from. */
export interface Present {
  readonly decider: Decider;
  readonly attempts: readonly AttemptPlace[];
  readonly workers: WorkerPools;
  readonly nowMs: number;
}

/**
 * A world that goes on as expected, over copies of the limits of all models and of the pools: a task is one call, a call
 * lasts as long as the median of past ones, uses what was estimated, and its answer is accepted. The choice of models
 * is the dispatcher's own.
 */
export function createForecastWorld(present: Present): ForecastWorld {
  const { decider, nowMs } = present;
  const calls = new CallsAhead();
  const forecasts = forecastsOf(present, calls);
  const members = membersOver(decider, forecasts);
  const settings = { ...decider.settings, members };
  const then: Decider = { ...decider, settings, candidates: createCandidateFinder(settings) };
  const pools = new WorkerPools(present.workers.bounds);
  pools.count(workingKinds(present.attempts));
  const placeEnds = endsOfPlaces(present);
  const unknownEnds = unknownNow(present);
  return {
    advance: (atMs) => {
      calls.advance(atMs);
      for (const end of [...placeEnds]) {
        if (end.endsAt > atMs) continue;
        placeEnds.delete(end);
        pools.end(end.kind);
      }
    },
    nextEndAt: () => {
      const { nextEndAt } = calls;
      return nextEndAt === undefined ? undefined : Math.max(nowMs, nextEndAt);
    },
    whyUncertain: (atMs) => {
      const unknown = unknownEnds.find(({ since }) => since < atMs);
      return unknown === undefined
        ? undefined
        : `nobody knows how long a call of ${unknown.model} takes, as it made none yet`;
    },
    offer: (ready, atMs) => {
      const task = taskOf(decider, ready);
      if (task === undefined) return { kind: 'dropped', why: 'its run does not go on' };
      const { kind } = task.task;
      const full = pools.whyFull(kind);
      if (full !== undefined) return { kind: 'blocked', untilAt: undefined, why: full };
      const started = start(then, forecasts, task, atMs);
      if (started.kind !== 'started') return started;
      pools.begin(kind);
      placeEnds.add({ kind, endsAt: started.endsAt });
      if (started.endsAt === Number.POSITIVE_INFINITY) {
        unknownEnds.push({ model: started.model, since: atMs });
      }
      return { kind: 'started' };
    },
  };
}

type StartForetold =
  | Exclude<Foretold, { kind: 'started' }>
  | { readonly kind: 'started'; readonly endsAt: number; readonly model: string };

function start(
  then: Decider,
  forecasts: ReadonlyMap<string, LimitsForecast>,
  task: TaskState,
  atMs: number,
): StartForetold {
  if (needsNoModel(task.task)) return { kind: 'started', endsAt: atMs, model: '' };
  const choice = chooseFor(then, task, atMs);
  if (choice.kind === 'never') return { kind: 'dropped', why: choice.because };
  if (choice.kind === 'wait') {
    const kind = isShutOut(then, task, atMs) ? 'aside' : 'blocked';
    return { kind, untilAt: choice.untilAt, why: choice.because };
  }
  const run = then.projection.runs.get(task.run);
  const forecast = forecasts.get(choice.member.name);
  if (run === undefined || forecast === undefined) {
    return { kind: 'dropped', why: 'its run does not go on' };
  }
  const { name } = choice.member;
  const { prompt, tools } = composeFor(then, run, task, choice.member, atMs);
  const claim = claimForMessages(then, choice.member, task, prompt.messages, tools);
  const { budgets } = then.projection;
  if (budgets.admit(run.id, task.task.key, claim, name).kind === 'wait') {
    return { kind: 'dropped', why: 'the budget of its run has room when one of its calls ends' };
  }
  if (!forecast.fits(atMs, claim)) {
    const fitsAt = forecast.earliest(atMs, claim);
    const untilAt = fitsAt === Number.POSITIVE_INFINITY ? undefined : fitsAt;
    return { kind: 'blocked', untilAt, why: `${name} has no room for a call of its size` };
  }
  const lastsMs = lasts(then.projection.durations, name, task.task.kind);
  const endsAt = lastsMs === undefined ? Number.POSITIVE_INFINITY : atMs + lastsMs;
  forecast.take(atMs, claim, endsAt - atMs);
  return { kind: 'started', endsAt, model: name };
}

function taskOf({ projection }: Decider, ready: ReadyTask): TaskState | undefined {
  const run = projection.runs.get(ready.run);
  const task = run?.tasks.get(ready.task);
  const isHeld = run?.status !== 'running' || task?.paused !== undefined;
  // One that was begun while the forecast was left for a while waits in it still.
  return !isHeld && task !== undefined && !isFinal[task.status] ? task : undefined;
}

function forecastsOf(present: Present, calls: CallsAhead): ReadonlyMap<string, LimitsForecast> {
  const open = new Map<string, OpenEnd[]>();
  for (const { attempt } of present.attempts) {
    for (const { id: call, model, estimate } of openCallsOf(attempt)) {
      if (model === undefined) continue;
      const endsAt = endOfCall(present, call);
      const ends = open.get(model) ?? [];
      ends.push({ call, endsAt, estimate });
      open.set(model, ends);
    }
  }
  const { members } = present.decider.settings;
  return new Map(
    [...members].map(([name, { limits }]) => [
      name,
      new LimitsForecast(limits, open.get(name) ?? [], calls),
    ]),
  );
}

function endOfCall({ decider, nowMs }: Present, call: string): number {
  const { durations, calls } = decider.projection;
  return expectedEnd(durations, calls.get(call), nowMs);
}

function endsOfPlaces(present: Present): Set<{ readonly kind: string; readonly endsAt: number }> {
  return new Set(
    present.attempts.flatMap((at) => {
      const [kind] = workingKinds([at]);
      const calls = openCallsOf(at.attempt).filter(({ model }) => model !== undefined);
      if (kind === undefined || calls.length === 0) return [];
      // Of two calls the one that is over first is the last of both.
      return [{ kind, endsAt: Math.min(...calls.map(({ id }) => endOfCall(present, id))) }];
    }),
  );
}

/** The models with calls under way that nobody knows the end of. */
function unknownNow(present: Present): { readonly model: string; readonly since: number }[] {
  return present.attempts.flatMap(({ attempt }) =>
    openCallsOf(attempt).flatMap(({ id, model }) => {
      if (model === undefined) return [];
      const endsAt = endOfCall(present, id);
      return endsAt === Number.POSITIVE_INFINITY ? [{ model, since: present.nowMs }] : [];
    }),
  );
}

function membersOver(
  { settings }: Decider,
  forecasts: ReadonlyMap<string, LimitsForecast>,
): ReadonlyMap<string, Member> {
  return new Map(
    [...settings.members].map(([name, member]) => [
      name,
      { ...member, limits: forecasts.get(name)?.limits ?? member.limits },
    ]),
  );
}
