import {
  type BreakerSignal,
  type BreakerState,
  breakerAfter,
  closedBreaker,
  dueAgain,
  setBackBreaker,
} from './breaker.ts';
import type { BreakerKey, PassScope } from './breaker-keys.ts';
import type { Passed } from './passed-breakers.ts';

/** Most breakers that are kept of models that left. */
const MOST_LEFT = 1_000;

/** The states of breakers by their names. Times are epoch ms. */
export class BreakerStates {
  readonly #states = new Map<string, BreakerState>();
  /** Those that nobody passes any more, the oldest first. */
  readonly #left = new Set<string>();
  /** Those that are not closed. */
  readonly #open = new Set<string>();

  /** Whether any is not closed. */
  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  /** The state of one; closed where nothing is known of it. */
  stateOf(key: string): BreakerState {
    return this.#states.get(key) ?? closedBreaker;
  }

  /** Those of these that have something to say. */
  passed(keys: readonly BreakerKey[]): readonly Passed[] {
    return keys.flatMap((one) => {
      const state = this.#states.get(one.key);
      return state === undefined ? [] : [{ ...one, state }];
    });
  }

  /** Tells breakers what happened, each by what it guards; gives whether one of them opened, closed or is tried. */
  signal(
    keys: readonly BreakerKey[],
    at: number,
    signalFor: (scope: PassScope) => BreakerSignal,
  ): boolean {
    let hasChanged = false;
    let same: { readonly before: BreakerState; readonly signal: BreakerSignal } | undefined;
    let after = closedBreaker;
    for (const { scope, key } of keys) {
      const before = this.stateOf(key);
      const signal = signalFor(scope);
      // Of a model that shares nothing, all three hear the same from the first call on: one state stands for them.
      if (same?.before !== before || same.signal !== signal) {
        after = breakerAfter(before, signal, at);
        same = { before, signal };
      }
      if (after === before) continue;
      this.#states.set(key, after);
      hasChanged ||= after.phase.kind !== before.phase.kind;
      if (after.phase.kind === 'closed') this.#open.delete(key);
      else this.#open.add(key);
    }
    return hasChanged;
  }

  /** Some are passed from now on. */
  take(keys: readonly BreakerKey[]): void {
    for (const { key } of keys) this.#left.delete(key);
  }

  /** Keeps a bounded number of breakers that nobody passes any more, if these are not `used`: whoever had them may come back. */
  leave(keys: readonly BreakerKey[], used: Iterable<BreakerKey>): void {
    const kept = new Set([...used].map(({ key }) => key));
    for (const { key } of keys) if (!kept.has(key)) this.#left.add(key);
    for (const key of this.#left) {
      if (this.#left.size <= MOST_LEFT) return;
      this.#left.delete(key);
      this.#forget(key);
    }
  }

  /** Whoever starts anew may have mended what was wrong; what something busy asked for holds. */
  forgive(at: number): void {
    for (const [key, state] of this.#states) {
      if (state.fault?.outlives === true) this.#states.set(key, dueAgain(state, at));
      else this.#forget(key);
    }
  }

  /** The clock was set back. */
  setBack(from: number, to: number): void {
    for (const [key, state] of this.#states) this.#states.set(key, setBackBreaker(state, from, to));
  }

  #forget(key: string): void {
    this.#states.delete(key);
    this.#open.delete(key);
  }
}
