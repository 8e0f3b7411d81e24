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
import { type LeftAlone, latestSilence, leftAlone, type Silence } from './left-alone.ts';

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
  #changes = 0;

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
    this.#changes += 1;
  }

  /** A model left the team: nothing is told of it any more, and how its calls under way end still counts. */
  remove(model: string): void {
    const keys = this.#keys.get(model) ?? [];
    this.#models.delete(model);
    this.#keys.delete(model);
    this.#told.delete(model);
    this.#leave(keys);
  }

  /** Rises when a breaker opens, lets a probe through or closes, and when a model comes or changes. */
  get changes(): number {
    return this.#changes;
  }

  /** A call of a model starts; where a probe is due, it is that. */
  start(call: string, model: string, at: number): void {
    const begun = { model: this.#models.get(model), keys: this.#keys.get(model) ?? [] };
    this.#calls.set(call, begun);
    this.#signal(begun, at, () => ({ type: 'started', call }));
  }

  /** A call of a model succeeded. */
  succeed(call: string, model: string, at: number, firstTokenMs: number | undefined): void {
    const begun = this.#end(call, model);
    const { slowMs = Number.POSITIVE_INFINITY } = begun.model ?? {};
    const isLate = firstTokenMs !== undefined && firstTokenMs > slowMs;
    this.#signal(begun, at, (scope) =>
      isLate && scope === 'model'
        ? { type: 'succeeded', call, late: lateFault(firstTokenMs, slowMs) }
        : { type: 'succeeded', call },
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

  /** What keeps a model out of use, where that is more than a short pause; until all its breakers are closed, once that was told. */
  alone(model: string): LeftAlone | undefined {
    if (this.#open.size === 0) return undefined;
    return leftAlone(this.#passedBy(model), this.#told.has(model));
  }

  /** That a model did not answer, where it is left alone for that. */
  silence(model: string): Silence | undefined {
    return this.#open.size === 0 ? undefined : latestSilence(this.#passedBy(model));
  }

  /** Whether it was told that a model is left alone, and not yet that it is well. */
  isTold(model: string): boolean {
    return this.#told.has(model);
  }

  /** It was told how a model stands. */
  tell(model: string, { work }: Pick<EventData['model.changed'], 'work'>): void {
    if (work === 'error') this.#told.add(model);
    else this.#told.delete(model);
  }

  /** Whoever starts anew may have mended what was wrong; what a busy model asked for holds. */
  forgive(at: number): void {
    for (const [key, state] of this.#states) {
      if (state.fault?.outlives === true) this.#states.set(key, dueAgain(state, at));
      else this.#forget(key);
    }
    this.#changes += 1;
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
    for (const { scope, key } of keys) {
      const before = this.#states.get(key) ?? closedBreaker;
      const after = breakerAfter(before, signalFor(scope), at);
      if (after === before) continue;
      this.#states.set(key, after);
      if (after.phase.kind !== before.phase.kind) this.#changes += 1;
      if (after.phase.kind === 'closed') this.#open.delete(key);
      else this.#open.add(key);
    }
  }

  #forget(key: string): void {
    this.#states.delete(key);
    this.#open.delete(key);
  }
}
