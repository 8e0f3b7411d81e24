import type { Clock } from '../internal/clock.ts';
import {
  askBreaker,
  type BreakerSignal,
  type BreakerState,
  breakerAfter,
  closedBreaker,
  setBackBreaker,
} from '../limit/breaker.ts';
import { type BreakerStanding, standingOf } from '../limit/breaker-standing.ts';

/** The first and the longest time that a store is left alone, in ms. */
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** When somebody looks again who found another one trying the store, in ms. */
const LOOK_AGAIN_MS = 2_000;

/** That the store is not to be asked now: until when, epoch ms, and why. */
export interface ShutStore {
  readonly untilAt: number;
  readonly why: string;
}

/**
 * The circuit breaker before a store of shared limits: the first failure opens it for half a second, each failed try for twice as long up
 * to 30 s, and one call tries again, however many limits and models wait. `random` gives 0 to 1, so that processes do not come back
 * together.
 */
export class JointBreaker {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #random: () => number;
  #state: BreakerState = closedBreaker;
  #latestAt: number = Number.NEGATIVE_INFINITY;

  constructor(name: string, clock: Clock, random: () => number) {
    this.#name = name;
    this.#clock = clock;
    this.#random = random;
  }

  /** How it stands, for people. */
  get standing(): BreakerStanding {
    return standingOf('limits', this.#name, this.#state);
  }

  /** A call is about to ask; says why it must not. The call that tries the store may ask several times. */
  begin(call: string): ShutStore | undefined {
    const nowMs = this.#now();
    const { phase } = this.#state;
    if (phase.kind === 'probing' && phase.call === call) return undefined;
    const answer = askBreaker(this.#state, nowMs);
    if (answer.kind === 'wait') {
      return { untilAt: answer.untilAt ?? nowMs + this.#spread(LOOK_AGAIN_MS), why: answer.why };
    }
    this.#take({ type: 'started', call });
    return undefined;
  }

  /** The store answered. */
  answered(call: string): void {
    this.#take({ type: 'succeeded', call });
  }

  /** The call was cancelled, so that nobody knows. */
  unsaid(call: string): void {
    this.#take({ type: 'unsaid', call });
  }

  /** The store could not be asked; says until when it is left alone now, epoch ms. */
  failed(call: string, why: string): number {
    const times = { firstMs: this.#spread(FIRST_MS), maxMs: this.#spread(LONGEST_MS) };
    const fault = { why, after: 1, ...times, isFailure: true, outlives: false };
    this.#take({ type: 'failed', call, fault });
    const { phase } = this.#state;
    return phase.kind === 'open' ? phase.untilAt : this.#clock.now() + this.#spread(LOOK_AGAIN_MS);
  }

  #take(signal: BreakerSignal): void {
    const nowMs = this.#now();
    this.#state = breakerAfter(this.#state, signal, nowMs);
  }

  /** A clock that was set back makes no wait longer. */
  #now(): number {
    const nowMs = this.#clock.now();
    if (nowMs < this.#latestAt) this.#state = setBackBreaker(this.#state, this.#latestAt, nowMs);
    this.#latestAt = nowMs;
    return nowMs;
  }

  #spread(ms: number): number {
    return ms * (0.5 + this.#random() / 2);
  }
}
