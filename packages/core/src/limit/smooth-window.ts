import { MomentLog } from './moment-log.ts';
import type { Window } from './window.ts';

/**
 * Spreads use evenly: what was charged drains by `capacity` in `windowMs`, and an amount fits when it stands with what
 * has not drained within `burst`, or, where it is larger than that itself, when all has drained. This is the generic
 * cell rate algorithm (ITU-T I.371) with its arithmetic in whole units times ms, so that it never drifts. Over any span of
 * `windowMs` at most `capacity + burst` are let through. The log behind it lets late settlements count at their own
 * time.
 */
export class SmoothWindow implements Window {
  readonly capacity: number;
  readonly windowMs: number;
  readonly burst: number;
  readonly #log: MomentLog;
  /** What each unit weighs, and how much weight drains in a ms: `windowMs` and `capacity` in lowest terms. */
  readonly #weight: number;
  readonly #drain: number;

  constructor(capacity: number, windowMs: number, burst = 1) {
    this.capacity = capacity;
    this.windowMs = windowMs;
    this.burst = burst;
    const common = greatestDivisor(capacity, windowMs);
    const weight = windowMs / common;
    const drain = capacity / common;
    this.#weight = weight;
    this.#drain = drain;
    this.#log = new MomentLog({
      // The weight that has not drained.
      carry: (before, beforeAt, at, amount) =>
        Math.max(0, before - (at - beforeAt) * drain) + amount * weight,
      first: 0,
      keepMs: 2 * windowMs,
      keepsApart: () => false,
      setBack: (debt) => debt,
      setForward: (debt) => debt,
    });
  }

  used(now: number): number {
    return Math.max(0, Math.ceil(this.#debtAt(now) / this.#weight));
  }

  fitAt(now: number, amount: number): number {
    if (amount > this.capacity) return Number.POSITIVE_INFINITY;
    const allowed = Math.max(0, this.burst - amount) * this.#weight;
    const excess = this.#debtAt(now) - allowed;
    return excess <= 0 ? now : now + Math.ceil(excess / this.#drain);
  }

  nextEndAt(now: number): number | undefined {
    const debt = this.#debtAt(now);
    if (debt <= 0) return undefined;
    const part = debt % this.#weight;
    return now + Math.ceil((part === 0 ? this.#weight : part) / this.#drain);
  }

  add(at: number, amount: number): number {
    return this.#log.add(at, amount);
  }

  change(stamp: number, delta: number): void {
    this.#log.change(stamp, delta);
  }

  counts(stamp: number, now: number): boolean {
    return stamp + this.windowMs > now;
  }

  stampAfterSetBack(stamp: number, now: number): number {
    return this.#log.knows(stamp) ? Math.min(stamp, now) : Number.NaN;
  }

  setBack(now: number): void {
    this.#log.setBack(now);
  }

  stampAfterSetForward(stamp: number, byMs: number, now: number): number {
    return this.#log.knows(stamp) ? Math.min(stamp + byMs, now) : Number.NaN;
  }

  setForward(byMs: number, now: number): void {
    this.#log.setForward(byMs, now);
  }

  clone(): SmoothWindow {
    const copy = new SmoothWindow(this.capacity, this.windowMs, this.burst);
    copy.#log.copy(this.#log);
    return copy;
  }

  /** The weight that has not drained at `now`, below 0 once all has; for a time before the newest charge, what would have had to be there. */
  #debtAt(now: number): number {
    const last = this.#log.length - 1;
    if (last < 0) return 0;
    return this.#log.carried(last) - (now - this.#log.at(last)) * this.#drain;
  }
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
