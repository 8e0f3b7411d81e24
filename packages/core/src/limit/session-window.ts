import { MomentLog } from './moment-log.ts';
import type { Window } from './window.ts';

/** No session: nothing was used yet. */
const NONE = Number.NEGATIVE_INFINITY;

/**
 * A window that opens with the first use and lasts `windowMs`; the first use after it opens the next. Where the use that
 * opened it is taken back, because the provider refused it, the window is taken to have opened with the next one.
 */
export class SessionWindow implements Window {
  readonly capacity: number;
  readonly windowMs: number;
  readonly #log: MomentLog;
  /** The newest session, and what was used in it. A cache. */
  #opened = NONE;
  #sum = 0;

  constructor(capacity: number, windowMs: number) {
    this.capacity = capacity;
    this.windowMs = windowMs;
    this.#log = new MomentLog({
      // When the session that a moment belongs to was opened.
      carry: (before, _, at, amount) => {
        // An amount of 0 opens none, and in one that is over it changes nothing.
        return at < before + windowMs || amount === 0 ? before : at;
      },
      first: NONE,
      keepMs: 3 * windowMs,
      keepsApart: (at, opened) => at === opened,
      setBack: Math.min,
      setForward: (opened, byMs) => opened + byMs,
    });
  }

  used(now: number): number {
    if (!(this.#opened + this.windowMs > now)) return 0;
    return this.#sum + this.#earlierAt(now);
  }

  fitAt(now: number, amount: number, capacity: number = this.capacity): number {
    if (amount > capacity)
      return this.used(now) + amount <= capacity ? now : Number.POSITIVE_INFINITY;
    let at = now;
    while (this.used(at) + amount > capacity) at = this.nextEndAt(at) ?? at;
    return at;
  }

  nextEndAt(now: number): number | undefined {
    if (!(this.#opened + this.windowMs > now)) return undefined;
    let end = this.#opened + this.windowMs;
    for (let index = this.#log.length - 1; index >= 0; index--) {
      const opened = this.#log.carried(index);
      if (!(opened + this.windowMs > now)) break;
      end = opened + this.windowMs;
      index = this.#log.indexOf(opened);
    }
    return end;
  }

  /** When the session that a charge at `at` would belong to was opened; `at` where it would open one. */
  openedAt(at: number): number {
    const before = this.#log.indexOf(at + 1) - 1;
    const opened = before < 0 ? NONE : this.#log.carried(before);
    return at < opened + this.windowMs ? opened : at;
  }

  /** `opened`: when the session of this charge was opened, as it was written down, where what came before is not known. */
  add(at: number, amount: number, opened: number = at): number {
    if (opened < at && at < opened + this.windowMs) this.#log.seed(opened, opened);
    const stamp = this.#log.add(at, amount);
    this.#note(this.#log.indexOf(stamp), amount);
    return stamp;
  }

  change(stamp: number, delta: number): void {
    if (this.#log.change(stamp, delta)) this.#note(this.#log.indexOf(stamp), delta);
  }

  counts(stamp: number, now: number): boolean {
    if (!this.#log.knows(stamp)) return false;
    return this.#log.carried(this.#log.indexOf(stamp)) + this.windowMs > now;
  }

  stampAfterSetBack(stamp: number, now: number): number {
    return this.#log.knows(stamp) ? Math.min(stamp, now) : Number.NaN;
  }

  setBack(now: number): void {
    this.#log.setBack(now);
    this.#opened = NONE;
    this.#note(this.#log.length - 1, 0);
  }

  stampAfterSetForward(stamp: number, byMs: number, now: number): number {
    return this.#log.knows(stamp) ? Math.min(stamp + byMs, now) : Number.NaN;
  }

  setForward(byMs: number, now: number): void {
    this.#log.setForward(byMs, now);
    this.#opened = NONE;
    this.#note(this.#log.length - 1, 0);
  }

  clone(): SessionWindow {
    const copy = new SessionWindow(this.capacity, this.windowMs);
    copy.#log.copy(this.#log);
    copy.#opened = this.#opened;
    copy.#sum = this.#sum;
    return copy;
  }

  /** Keeps the sum of the newest session after one moment changed by `delta`. */
  #note(index: number, delta: number): void {
    const last = this.#log.length - 1;
    const opened = this.#log.carried(last);
    const isMine = this.#log.carried(index) === opened;
    if (opened === this.#opened) {
      // What is older can have changed the newest session only by moving its beginning.
      if (isMine) this.#sum += delta;
      return;
    }
    this.#opened = opened;
    this.#sum = 0;
    for (let at = last; at >= 0 && this.#log.carried(at) === opened; at--) {
      this.#sum += this.#log.amount(at);
    }
  }

  /** What sessions before the newest still count, by a clock that went back a little. */
  #earlierAt(now: number): number {
    let sum = 0;
    for (let index = this.#log.indexOf(this.#opened) - 1; index >= 0; index--) {
      if (!(this.#log.carried(index) + this.windowMs > now)) break;
      sum += this.#log.amount(index);
    }
    return sum;
  }
}
