import type { EventEmitter } from 'eventemitter3';
import type { AttemptHost } from '../attempt/attempt-host.ts';
import type { SingleFlight } from '../call/single-flight.ts';
import { createBounded } from '../internal/bounded.ts';
import type { Deadlines } from '../internal/deadlines.ts';
import type { Journal } from '../journal/journal.ts';
import { backoffMs } from '../limit/backoff.ts';
import { createCandidateFinder } from '../route/candidate-finder.ts';
import type { Member } from '../route/member.ts';
import type { ModelEvent } from '../spec/model.ts';
import type { PlanTask, TaskSource } from '../spec/task.ts';
import { estimateFor } from './call-claim.ts';
import { wishProblems } from './check-wishes.ts';
import { mayRunNow } from './choose-for.ts';
import type { Decider } from './decider.ts';
import type { PassOn } from './pass-on.ts';
import { patchedDrafts } from './patched.ts';
import { plannedDrafts } from './planned.ts';
import type { Projection } from './projection.ts';
import { doubtOf } from './rating-for.ts';
import type { Settings } from './settings.ts';
import { tellNews } from './tell-news.ts';
import { createToolAccess, type ToolAccessParts } from './tool-access.ts';

/** Something to look at while it happens; not in the journal, never waited for. */
export interface LiveEvent {
  readonly run: string;
  readonly task: string;
  readonly attempt: string;
  readonly model: string;
  readonly event: ModelEvent;
}

/** Who listens to what models say as they say it. */
export type LiveBus = EventEmitter<{ model: [LiveEvent] }>;

/** What the host of attempts is made of: settings, and the kernel's answers to what happens in an attempt. */
export interface AttemptHostParts
  extends Pick<AttemptHost, 'callEnded' | 'endsLoop' | 'wantsCall' | 'asked' | 'ended'>,
    ToolAccessParts {
  readonly settings: Settings;
  readonly projection: Projection;
  readonly journal: Journal;
  readonly deadlines: Deadlines;
  readonly live: LiveBus;
  readonly sources: ReadonlyMap<string, TaskSource>;
  readonly joint: AttemptHost['joint'];
  readonly remote: AttemptHost['remote'];
  /** What comes for this overseer once another has its project. */
  readonly passOn: PassOn;
  /** Those who wait for an equal call are shown what it says. */
  readonly flights: SingleFlight | undefined;
  /** Hears whatever a call says, listened to or not. */
  readonly heard: AttemptHost['show'];
}

/** What attempts need of the kernel around them, for one kernel. */
export function createAttemptHost(parts: AttemptHostParts): AttemptHost {
  const { settings, projection, journal, deadlines, live, sources, flights } = parts;
  const decider: Decider = { settings, projection, candidates: createCandidateFinder(settings) };
  return {
    clock: settings.clock,
    ids: settings.ids,
    deadlines,
    holdMs: settings.holdMs,
    maxCallMs: settings.maxCallMs,
    sensitiveFields: settings.sensitiveFields,
    workspaces: settings.workspaces,
    fetch: settings.fetch,
    retryDelay: (failures, retryAfterMs) =>
      backoffMs(failures, retryAfterMs === undefined ? {} : { retryAfterMs }, settings.random),
    append: (drafts) => (parts.passOn.take(drafts) ? Promise.resolve() : journal.append(drafts)),
    maySend: () => journal.closed === undefined,
    calls: new Map(),
    memberOf: (model) => memberOf(settings, model),
    hasOtherKey: (model, keyName) =>
      projection.breakers.hasOtherKey(model, keyName, settings.clock.now()),
    lists: settings.verifiesModels ? settings.lists : undefined,
    counts: settings.counts,
    joint: parts.joint,
    remote: parts.remote,
    access: createToolAccess(parts),
    toolDown: (tool) => parts.projection.tools.down(tool, settings.clock.now()),
    toolFailed: (tool) => parts.projection.tools.hasFailed(tool),
    sourceOf: (run) => sources.get(run),
    doubtOf: ({ task, attempt }) => {
      if (settings.routing.mode !== 'cascade' || attempt.model === undefined) return undefined;
      const mayRun = mayRunNow(decider, task, settings.clock.now());
      return doubtOf(decider, task, attempt, estimateFor(decider, task), mayRun);
    },
    planFrom: (at, output) => {
      const problemsOf = (tasks: readonly PlanTask[]) => wishProblems(settings, tasks);
      return at.task.mends === undefined
        ? plannedDrafts(at, output, problemsOf)
        : patchedDrafts(at, output, problemsOf);
    },
    bounded: createBounded(settings.checksAtOnce),
    serially: createBounded(1),
    show: (at, event) => {
      parts.heard(at, event);
      show(live, at, event, flights);
    },
    callEnded: (at) => {
      tellNews(settings, projection, journal, at.run.id);
      parts.callEnded(at);
    },
    endsLoop: parts.endsLoop,
    wantsCall: parts.wantsCall,
    asked: parts.asked,
    ended: parts.ended,
  };
}

function memberOf({ roster }: Settings, model: string): Member {
  const member = roster.known(model);
  if (member === undefined) throw new Error(`There is no model ${model} in the team.`);
  return member;
}

function show(
  live: LiveBus,
  at: Parameters<AttemptHost['show']>[0],
  event: ModelEvent,
  flights: SingleFlight | undefined,
): void {
  if (live.listenerCount('model') === 0) return;
  flights?.say(at.attempt.id, event);
  const shown: LiveEvent = {
    run: at.run.id,
    task: at.task.task.key,
    attempt: at.attempt.id,
    model: at.attempt.model ?? '',
    event,
  };
  for (const listener of live.listeners('model')) {
    try {
      listener(shown);
    } catch {
      // Who looks on must not break the call that is looked at.
    }
  }
}
