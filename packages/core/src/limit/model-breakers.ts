import { RecentMap } from '../internal/recent-map.ts';
import type { EventData } from '../spec/event.ts';
import {
  askBreaker,
  type BreakerScope,
  type BreakerSignal,
  type BreakerState,
  breakerAfter,
  closedBreaker,
  dueAgain,
  setBackBreaker,
} from './breaker.ts';
import { faultOf, lateFault, scopeOf, showsHealth } from './breaker-faults.ts';
import { type BreakerKey, breakerKeys, type Guarded } from './breaker-keys.ts';
import { type BreakerStanding, standingOf } from './breaker-standing.ts';

/** A pause that is no longer than this is no news, unless something is broken. */
const NEWS_MS = 30_000;

/** What keeps calls of a model back. */
export interface ModelDown {
  readonly scope: BreakerScope;
  /** Epoch ms of the next probe; `undefined` while one is under way. */
  readonly untilAt: number | undefined;
  readonly why: string;
  /** The same in a word that stays the same. */
  readonly fault: string;
}

/** How the breaker of a model stands, for people. */
export interface ModelBreaker {
  /** `open`: left alone. `probing`: one call is trying it. */
  readonly state: 'closed' | 'open' | 'probing';
  /** What is left alone: this model, all models of its key, or all of its server. */
  readonly scope: BreakerScope;
  /** Failures in a row. */
  readonly failures: number;
  /** When the next probe may start, epoch ms. */
  readonly probeAt: number | undefined;
}

/** Most breakers that are kept of models that left, and most calls under way of which is known as what they began. */
const MOST_LEFT = 1_000;
const MOST_CALLS = 10_000;

/** The model of a call as it was when that began: another key or server since then has nothing to do with its end. */
interface Begun {
  readonly model: Guarded | undefined;
  readonly keys: readonly BreakerKey[];
}

/** One breaker that a model's calls pass and that has something to say. */
interface Passed extends BreakerKey {
  readonly state: BreakerState;
}

const BY_PHASE: Readonly<Record<ModelBreaker['state'], number>> = {
  closed: 0,
  probing: 1,
  open: 2,
};

/** The breakers of all models of a team, folded from their calls. Times are epoch ms. */
export class ModelBreakers {
  readonly #models: Map<string, Guarded>;
  readonly #keys: Map<string, readonly BreakerKey[]>;
  readonly #states = new Map<string, BreakerState>();
  readonly #calls = new RecentMap<Begun>(MOST_CALLS);
  /** The keys that no model of the team has any more, the oldest first. */
  readonly #left = new Set<string>();
  /** The keys of the breakers that are not closed. */
  readonly #open = new Set<string>();
  /** Models that were said to be down. */
  readonly #told = new Set<string>();
  /** Whether a breaker may have opened or closed since the last look. */
  #hasChanged = false;

  constructor(models: readonly Guarded[]) {
    this.#models = new Map(models.map((model) => [model.name, model]));
    this.#keys = new Map(models.map((model) => [model.name, breakerKeys(model)]));
  }

  /** A model comes into the team, or takes another form. */
  put(model: Guarded): void {
    const before = this.#keys.get(model.name) ?? [];
    const keys = breakerKeys(model);
    this.#models.set(model.name, model);
    this.#keys.set(model.name, keys);
    for (const { key } of keys) this.#left.delete(key);
    this.#leave(before);
    this.#hasChanged = true;
  }

  /** A model left the team: nothing is told of it any more, and how its calls under way end still counts. */
  remove(model: string): void {
    const keys = this.#keys.get(model) ?? [];
    this.#models.delete(model);
    this.#keys.delete(model);
    this.#told.delete(model);
    this.#leave(keys);
  }

  /** A call of a model starts; where a probe is due, it is that. */
  start(call: string, model: string, at: number): void {
    const begun = { model: this.#models.get(model), keys: this.#keys.get(model) ?? [] };
    this.#calls.set(call, begun);
    const started: BreakerSignal = { type: 'started', call };
    this.#signal(begun, at, () => started);
  }

  /** A call of a model succeeded. */
  succeed(call: string, model: string, at: number, firstTokenMs: number | undefined): void {
    const begun = this.#end(call, model);
    const { slowMs = Number.POSITIVE_INFINITY } = begun.model ?? {};
    const isLate = firstTokenMs !== undefined && firstTokenMs > slowMs;
    const good: BreakerSignal = { type: 'succeeded', call };
    this.#signal(begun, at, (scope) =>
      isLate && scope === 'model' ? { ...good, late: lateFault(firstTokenMs, slowMs) } : good,
    );
  }

  /** A call of a model failed. */
  fail(call: string, model: string, at: number, failed: EventData['call.failed']): void {
    const { kind } = failed;
    const begun = this.#end(call, model);
    const faulty = this.#faulty(begun, failed);
    const fault = faultOf(failed, begun.model?.learns ?? false);
    this.#signal(begun, at, (scope) => {
      if (scope === faulty && fault !== undefined) return { type: 'failed', call, fault };
      return { type: showsHealth(kind, scope) ? 'succeeded' : 'unsaid', call };
    });
  }

  /** A call of a model was not sent, which says nothing; where it was the probe, the next one is. */
  withhold(call: string, model: string, at: number): void {
    this.#signal(this.#end(call, model), at, () => ({ type: 'unsaid', call }));
  }

  /** Whether every breaker is closed, so that none keeps a call back. */
  get isQuiet(): boolean {
    return this.#open.size === 0;
  }

  /** What keeps a call of a model back at `nowMs`; `undefined` when it may start, as the probe where one is due. */
  down(model: string, nowMs: number): ModelDown | undefined {
    if (this.#open.size === 0) return undefined;
    let longest: ModelDown | undefined;
    for (const { scope, state } of this.#passedBy(model)) {
      const answer = askBreaker(state, nowMs);
      if (answer.kind !== 'wait') continue;
      const { untilAt, why } = answer;
      const isLonger = (untilAt ?? 0) > (longest?.untilAt ?? 0);
      if (longest === undefined || isLonger) {
        longest = { scope, untilAt, why, fault: state.fault?.name ?? why };
      }
    }
    return longest;
  }

  /** When the present trouble of a model began, and what it is; `undefined` while it is up. One that waits for its probe is not up yet. */
  trouble(model: string): { readonly sinceAt: number; readonly why: string } | undefined {
    if (this.#open.size === 0) return undefined;
    let first: { readonly sinceAt: number; readonly why: string } | undefined;
    for (const { state } of this.#passedBy(model)) {
      const { phase, sinceAt, why } = state;
      if (phase.kind === 'closed' || sinceAt === undefined) continue;
      if (sinceAt < (first?.sinceAt ?? Number.POSITIVE_INFINITY)) first = { sinceAt, why };
    }
    return first;
  }

  /** When a call of the model last succeeded, calls that were under way when it went down left out. */
  succeededAt(model: string): number | undefined {
    return this.#passedBy(model).find(({ scope }) => scope === 'model')?.state.succeededAt;
  }

  /** How the breaker of a model stands: of those that its calls pass, the one that keeps it back most. */
  standing(model: string): ModelBreaker {
    const [worst] = this.#passedBy(model)
      .map(({ scope, state: { phase, failures } }): ModelBreaker => {
        const probeAt = phase.kind === 'open' ? phase.untilAt : undefined;
        return { state: phase.kind, scope, failures, probeAt };
      })
      .sort(
        (a, b) =>
          BY_PHASE[b.state] - BY_PHASE[a.state] ||
          (b.probeAt ?? 0) - (a.probeAt ?? 0) ||
          b.failures - a.failures,
      );
    return worst ?? { state: 'closed', scope: 'model', failures: 0, probeAt: undefined };
  }

  /** Every breaker that calls of the team pass, with the models that share it. */
  list(): readonly BreakerStanding[] {
    const shared = new Map<string, { readonly scope: BreakerScope; readonly models: string[] }>();
    for (const model of this.#models.keys()) {
      for (const { scope, key } of this.#keys.get(model) ?? []) {
        const entry = shared.get(key) ?? { scope, models: [] };
        shared.set(key, entry);
        entry.models.push(model);
      }
    }
    return [...shared].map(([key, { scope, models }]) => {
      const name = scope === 'model' ? (models[0] ?? key) : key.slice(scope.length + 1);
      return { ...standingOf(scope, name, this.#states.get(key) ?? closedBreaker), models };
    });
  }

  /** Models that went down or came up and of which nobody was told. Short pauses of a busy model are no news. */
  news(): readonly { readonly model: string; readonly data: EventData['model.changed'] }[] {
    if (!this.#hasChanged) return [];
    const news = [...this.#models.keys()].flatMap((model) => {
      const data = this.#newsOf(model);
      return data === undefined ? [] : [{ model, data }];
    });
    this.#hasChanged = news.length > 0;
    return news;
  }

  /** What `news` found was told. */
  tell(model: string, { state }: EventData['model.changed']): void {
    if (state === 'down') this.#told.add(model);
    else this.#told.delete(model);
  }

  /** Whoever starts anew may have mended what was wrong; what a busy model asked for holds. */
  forgive(at: number): void {
    for (const [key, state] of this.#states) {
      if (state.fault?.outlives === true) this.#states.set(key, dueAgain(state, at));
      else this.#forget(key);
    }
    this.#hasChanged = true;
  }

  /** The clock was set back. */
  setBack(from: number, to: number): void {
    for (const [key, state] of this.#states) this.#states.set(key, setBackBreaker(state, from, to));
  }

  /** What a failure belongs to. A key that other models are let in with is good, and this model is not for it. */
  #faulty({ model, keys }: Begun, { kind }: EventData['call.failed']): BreakerScope {
    const scope = scopeOf(kind, model?.info.local ?? false);
    if (kind !== 'permission') return scope;
    const passed = this.#passed(keys);
    const wasLetIn = (of: BreakerScope): boolean =>
      passed.some(({ scope, state }) => scope === of && state.succeededAt !== undefined);
    return wasLetIn('key') && !wasLetIn('model') ? 'model' : scope;
  }

  #newsOf(model: string): EventData['model.changed'] | undefined {
    const open = this.#passedBy(model).filter(({ state }) => state.phase.kind !== 'closed');
    if (this.#told.has(model)) {
      if (open.length > 0) return undefined;
      const answers = this.succeededAt(model) !== undefined;
      const because = answers ? 'it answers again' : 'it may be mended, and is tried anew';
      return { state: 'up', because };
    }
    const worst = open.find(({ state: { phase, fault } }) => {
      if (phase.kind !== 'open') return false;
      return fault?.isFailure === true || phase.untilAt - phase.openedAt > NEWS_MS;
    });
    if (worst === undefined || worst.state.phase.kind !== 'open') return undefined;
    const { scope, state } = worst;
    return { state: 'down', because: state.why, untilAt: worst.state.phase.untilAt, scope };
  }

  #passedBy(model: string): readonly Passed[] {
    return this.#passed(this.#keys.get(model) ?? []);
  }

  #passed(keys: readonly BreakerKey[]): readonly Passed[] {
    return keys.flatMap(({ scope, key }) => {
      const state = this.#states.get(key);
      return state === undefined ? [] : [{ scope, key, state }];
    });
  }

  /** As what a call began; where nobody knows, what its model is now. */
  #end(call: string, model: string): Begun {
    const begun = this.#calls.get(call);
    this.#calls.delete(call);
    if (begun === undefined)
      return { model: this.#models.get(model), keys: this.#keys.get(model) ?? [] };
    if (begun.keys !== this.#keys.get(model)) this.#leave(begun.keys);
    return begun;
  }

  /** Keeps a bounded number of breakers that nobody passes any more: whoever had them may come back. */
  #leave(keys: readonly BreakerKey[]): void {
    const used = new Set([...this.#keys.values()].flatMap((all) => all.map(({ key }) => key)));
    for (const { key } of keys) if (!used.has(key)) this.#left.add(key);
    for (const key of this.#left) {
      if (this.#left.size <= MOST_LEFT) return;
      this.#left.delete(key);
      this.#forget(key);
    }
  }

  #signal({ keys }: Begun, at: number, signalFor: (scope: BreakerScope) => BreakerSignal): void {
    let same: { readonly before: BreakerState; readonly signal: BreakerSignal } | undefined;
    let after = closedBreaker;
    for (const { scope, key } of keys) {
      const before = this.#states.get(key) ?? closedBreaker;
      const signal = signalFor(scope);
      // Of a model that shares nothing, all three hear the same from the first call on: one state stands for them.
      if (same?.before !== before || same.signal !== signal) {
        after = breakerAfter(before, signal, at);
        same = { before, signal };
      }
      if (after === before) continue;
      this.#states.set(key, after);
      if (after.phase.kind !== before.phase.kind) this.#hasChanged = true;
      if (after.phase.kind === 'closed') this.#open.delete(key);
      else this.#open.add(key);
    }
  }

  #forget(key: string): void {
    this.#states.delete(key);
    this.#open.delete(key);
  }
}
