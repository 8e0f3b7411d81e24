import {
  askBreaker,
  type BreakerPhase,
  type BreakerSignal,
  type BreakerState,
  breakerAfter,
  closedBreaker,
  type Fault,
  setBackBreaker,
} from './breaker.ts';

/** How the breaker of something outside stands, for people. */
export interface OutsideStanding {
  /** `open`: left alone. `probing`: one lookup is trying it. */
  readonly state: BreakerPhase['kind'];
  /** Failures in a row. */
  readonly failures: number;
  /** Why it is left alone; `undefined` while it is not. */
  readonly why: string | undefined;
  /** When the next lookup may try it, epoch ms; `undefined` unless it is open. */
  readonly untilAt: number | undefined;
}

/** Something outside was found out of order, or works again. */
export interface OutsideNews {
  readonly state: 'up' | 'down';
  readonly because: string;
  /** When one lookup will try it again. */
  readonly untilAt?: number;
}

/** Work goes on without it, and each try costs some work its time-out. */
const OUTAGE: Omit<Fault, 'why'> = {
  after: 3,
  firstMs: 5_000,
  maxMs: 300_000,
  isFailure: true,
  outlives: false,
};

/**
 * The breaker of one thing outside that is only looked up in, so that work does without it while it is out of order.
 * Lookups are in no journal: whoever starts anew tries it anew. Times are epoch ms.
 */
export class OutsideBreaker {
  #state: BreakerState = closedBreaker;
  #isTold = false;
  #latestAt = Number.NEGATIVE_INFINITY;

  /** Whether it is out of order, as far as anybody knows. */
  get isShut(): boolean {
    return this.#state.phase.kind !== 'closed';
  }

  /** The breaker itself. */
  get breaker(): BreakerState {
    return this.#state;
  }

  /** How it stands. */
  get standing(): OutsideStanding {
    const { phase, failures, why } = this.#state;
    return {
      state: phase.kind,
      failures,
      why: phase.kind === 'closed' ? undefined : why,
      untilAt: phase.kind === 'open' ? phase.untilAt : undefined,
    };
  }

  /** Begins a lookup, as the probe where one is due; `false` where there must be none now. */
  begin(lookup: string, nowMs: number): boolean {
    this.#see(nowMs);
    if (askBreaker(this.#state, nowMs).kind === 'wait') return false;
    this.#signal({ type: 'started', call: lookup }, nowMs);
    return true;
  }

  /** A lookup ended: with an answer, or with what went wrong, in words. */
  end(lookup: string, nowMs: number, broken: string | undefined): void {
    this.#see(nowMs);
    // What always worked is asked often, and has nothing to be remembered.
    if (broken === undefined && this.#state === closedBreaker) return;
    this.#signal(
      broken === undefined
        ? { type: 'succeeded', call: lookup }
        : { type: 'failed', call: lookup, fault: { ...OUTAGE, why: broken } },
      nowMs,
    );
    if (broken === undefined && !this.isShut) this.#state = closedBreaker;
  }

  /** What changed and was not asked for yet; whoever asks tells it. */
  news(): OutsideNews | undefined {
    const { phase, why } = this.#state;
    if (phase.kind === 'open' && !this.#isTold) {
      this.#isTold = true;
      return { state: 'down', because: why, untilAt: phase.untilAt };
    }
    if (phase.kind !== 'closed' || !this.#isTold) return undefined;
    this.#isTold = false;
    return { state: 'up', because: 'it answers again' };
  }

  #signal(signal: BreakerSignal, at: number): void {
    this.#state = breakerAfter(this.#state, signal, at);
  }

  /** A clock that was set back makes no wait longer. */
  #see(nowMs: number): void {
    if (nowMs < this.#latestAt) {
      this.#state = setBackBreaker(this.#state, this.#latestAt, nowMs);
    }
    this.#latestAt = nowMs;
  }
}
