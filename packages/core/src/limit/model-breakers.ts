import { RecentMap } from '../internal/recent-map.ts';
import type { EventData } from '../spec/event.ts';
import { askBreaker, type BreakerSignal } from './breaker.ts';
import { faultOf, lateFault, needsChange, showsHealth } from './breaker-faults.ts';
import {
  type BreakerKey,
  type BreakerPaths,
  breakerPaths,
  type Guarded,
  keyBreakers,
  keyIdOf,
  keysByName,
  keysIn,
  type PassScope,
} from './breaker-keys.ts';
import { listBreakers } from './breaker-listing.ts';
import { BreakerNews } from './breaker-news.ts';
import type { BreakerStanding } from './breaker-standing.ts';
import { BreakerStates } from './breaker-states.ts';
import type { Admission } from './claim.ts';
import { faultyScope } from './faulty-scope.ts';
import type { KeyGuard } from './key-turns.ts';
import { type LeftAlone, latestSilence, leftAlone, type Silence } from './left-alone.ts';
import {
  breakerOf,
  downOf,
  type ModelBreaker,
  type ModelDown,
  type PassedBreakers,
  type Trouble,
  troubleOf,
  waitOf,
} from './passed-breakers.ts';

export type { ModelBreaker, ModelDown } from './passed-breakers.ts';

/** Most calls under way of which is known as what they began. */
const MOST_CALLS = 10_000;

/** The model of a call as it was when that began: another key or server since then has nothing to do with its end. */
interface Begun {
  readonly model: Guarded | undefined;
  readonly paths: BreakerPaths;
  readonly keys: readonly BreakerKey[];
  /** Which of several keys it went out with. */
  readonly keyName: string | undefined;
}

const NO_NEWS: ReturnType<ModelBreakers['keyNews']> = [];
const NO_PATHS: BreakerPaths = { all: [], byKey: new Map() };

/** The breakers of all models of a team, folded from their calls. Times are epoch ms. */
export class ModelBreakers implements KeyGuard {
  readonly #models: Map<string, Guarded>;
  readonly #paths: Map<string, BreakerPaths>;
  readonly #states = new BreakerStates();
  readonly #calls = new RecentMap<Begun>(MOST_CALLS);
  readonly #keyNews = new BreakerNews();
  /** Models that were said to be left alone. */
  readonly #told = new Set<string>();
  #changes = 0;

  constructor(models: readonly Guarded[]) {
    this.#models = new Map(models.map((model) => [model.name, model]));
    this.#paths = new Map(models.map((model) => [model.name, breakerPaths(model)]));
  }

  /** A model comes into the team, or takes another form. */
  put(model: Guarded): void {
    const before = this.#pathsOf(model.name);
    const paths = breakerPaths(model);
    this.#models.set(model.name, model);
    this.#paths.set(model.name, paths);
    this.#states.take(keysIn(paths));
    this.#leave(keysIn(before));
    this.#change();
  }

  /** A model left the team: nothing is told of it any more, and how its calls under way end still counts. */
  remove(model: string): void {
    const paths = this.#pathsOf(model);
    this.#models.delete(model);
    this.#paths.delete(model);
    this.#told.delete(model);
    for (const keyName of paths.byKey.keys()) this.#keyNews.forget(keyIdOf(model, keyName));
    this.#leave(keysIn(paths));
  }

  /** Rises when a breaker opens, lets a probe through or closes, and when a model comes or changes. */
  get changes(): number {
    return this.#changes;
  }

  /** A call of a model starts, with this of several keys; where a probe is due, it is that. */
  start(call: string, model: string, at: number, keyName?: string): void {
    const begun = this.#begun(model, keyName);
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
    return !this.#states.hasOpen;
  }

  /** What keeps a call of a model back at `nowMs`; `undefined` when it may start, as the probe where one is due. */
  down(model: string, nowMs: number): ModelDown | undefined {
    return this.#states.hasOpen ? downOf(this.#passedBy(model), nowMs) : undefined;
  }

  keyWait(
    model: string,
    keyName: string,
    nowMs: number,
  ): Extract<Admission, { kind: 'wait' }> | undefined {
    if (!this.#states.hasOpen) return undefined;
    const down = waitOf(this.#states.passed(this.#pathsOf(model).byKey.get(keyName) ?? []), nowMs);
    if (down === undefined) return undefined;
    const on = { kind: 'outage', what: down.fault } as const;
    return { kind: 'wait', untilAt: down.untilAt, why: `key ${keyName}: ${down.why}`, on };
  }

  /** Whether a model has another key than this one that may do, now or later: none that somebody has to see to first, unless it is due to be tried. */
  hasOtherKey(model: string, keyName: string | undefined, nowMs: number): boolean {
    if (keyName === undefined) return false;
    return [...this.#pathsOf(model).byKey].some(
      ([name, keys]) =>
        name !== keyName &&
        this.#states
          .passed(keys)
          .every(
            ({ state }) => askBreaker(state, nowMs).kind !== 'wait' || !needsChange(state.fault),
          ),
    );
  }

  /** When the present trouble of a model began, and what it is; `undefined` while it is up. One that waits for its probe is not up yet. */
  trouble(model: string): Trouble | undefined {
    return this.#states.hasOpen ? troubleOf(this.#passedBy(model)) : undefined;
  }

  /** When a call of the model last succeeded, calls that were under way when it went down left out. */
  succeededAt(model: string): number | undefined {
    return this.#passedBy(model).all.find(({ scope }) => scope === 'model')?.state.succeededAt;
  }

  /** How the breaker of a model stands: of those that its calls pass, the one that keeps it back most. */
  standing(model: string): ModelBreaker {
    return breakerOf(this.#passedBy(model));
  }

  /** Every breaker that calls of the team pass, with the models that share it. */
  list(): readonly BreakerStanding[] {
    return listBreakers(this.#paths, (key) => this.#states.stateOf(key));
  }

  /** What keeps a model out of use, where that is more than a short pause; until all its breakers are closed, once that was told. */
  alone(model: string): LeftAlone | undefined {
    if (!this.#states.hasOpen) return undefined;
    return leftAlone(this.#passedBy(model), this.#told.has(model));
  }

  /** That a model did not answer, where it is left alone for that. */
  silence(model: string): Silence | undefined {
    return !this.#states.hasOpen ? undefined : latestSilence(this.#passedBy(model));
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

  /** Keys, of models that have several, that are left alone or used again and of which nobody was told. */
  keyNews(): readonly { readonly model: string; readonly data: EventData['key.changed'] }[] {
    if (!this.#keyNews.mayHaveChanged) return NO_NEWS;
    return this.#keyNews
      .find(
        () => keysByName(this.#paths),
        ({ path }) => {
          const all = this.#states.passed(path);
          const answers =
            all.length > 0 && all.every(({ state }) => state.succeededAt !== undefined);
          return { passed: all, answers };
        },
      )
      .map(({ of: { model, keyName }, data }) => ({
        model,
        data: { keyName, ...data },
      }));
  }

  /** What `keyNews` found was told. */
  tellKey(model: string, { keyName, state }: EventData['key.changed']): void {
    this.#keyNews.tell(keyIdOf(model, keyName), state);
  }

  /** Whoever starts anew may have mended what was wrong; what a busy model asked for holds. */
  forgive(at: number): void {
    this.#states.forgive(at);
    this.#change();
  }

  /** The clock was set back. */
  setBack(from: number, to: number): void {
    this.#states.setBack(from, to);
  }

  #faulty({ model, keys, keyName }: Begun, { kind }: EventData['call.failed']): PassScope {
    return faultyScope({
      kind,
      isLocal: model?.info.local ?? false,
      keyName,
      scopes: keys.map(({ scope }) => scope),
      passed: this.#states.passed(keys),
    });
  }

  #pathsOf(model: string): BreakerPaths {
    return this.#paths.get(model) ?? NO_PATHS;
  }

  #passedBy(model: string): PassedBreakers {
    const { all, byKey } = this.#pathsOf(model);
    const keys = [...byKey.values()].map((one) => this.#states.passed(one));
    return { all: this.#states.passed(all), byKey: keys };
  }

  #begun(name: string, keyName: string | undefined): Begun {
    const model = this.#models.get(name);
    const paths = this.#pathsOf(name);
    if (keyName === undefined || model === undefined) {
      return { model, paths, keys: paths.all, keyName };
    }
    const own = paths.byKey.get(keyName) ?? keyBreakers(model, keyName);
    return { model, paths, keys: [...paths.all, ...own], keyName };
  }

  /** As what a call began; where nobody knows, what its model is now. */
  #end(call: string, model: string): Begun {
    const begun = this.#calls.get(call);
    this.#calls.delete(call);
    if (begun === undefined) return this.#begun(model, undefined);
    if (begun.paths !== this.#paths.get(model)) this.#leave(begun.keys);
    return begun;
  }

  #leave(keys: readonly BreakerKey[]): void {
    this.#states.leave(keys, [...this.#paths.values()].flatMap(keysIn));
  }

  #signal({ keys }: Begun, at: number, signalFor: (scope: PassScope) => BreakerSignal): void {
    if (this.#states.signal(keys, at, signalFor)) this.#change();
  }

  #change(): void {
    this.#changes += 1;
    this.#keyNews.change();
  }
}
