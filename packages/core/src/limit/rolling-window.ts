import { PrefixSums } from './prefix-sums.ts';
import type { Window } from './window.ts';

/** Moments kept apart; when there are more, they are merged. */
const MAX_MOMENTS = 100_000;
/** Merged moments lie at least this part of a window apart. */
const MERGED_PARTS = 1_024;

/**
 * What was used in the last `windowMs`, exactly: an amount charged at `t` counts in [t, t + windowMs). Amounts are
 * integers. Time comes in as epoch ms; asking about any time changes no answer. Adding is amortised O(1) and asking
 * O(log n), in moments of use. A clock that jumps back by less than a window loses nothing: what was charged at times
 * still to come counts already. Above 100,000 moments they are merged and count until the latest of them ends, which
 * makes waits longer by less than 0.1 % of the window and never lets more through.
 */
export class RollingWindow implements Window {
  readonly capacity: number;
  readonly windowMs: number;
  /** When each moment's amount ends to count, ascending; amounts beside it in `#sums`. */
  #expiries: Float64Array<ArrayBuffer> = new Float64Array(16);
  readonly #sums: PrefixSums = new PrefixSums();
  #total = 0;
  /** Where the last question fell: the first moment that counted, and the sum before it. A cache. */
  #head = 0;
  #headSum = 0;
  /** Moments that end up to here may stand for earlier ones too. */
  #mergedUntil = Number.NEGATIVE_INFINITY;
  /** Moments that ended up to here are gone. */
  #forgottenUntil = Number.NEGATIVE_INFINITY;

  constructor(capacity: number, windowMs: number) {
    this.capacity = capacity;
    this.windowMs = windowMs;
  }

  /** How many moments are kept. */
  get moments(): number {
    return this.#sums.length;
  }

  /** The same window again, to try out what would become of it. */
  clone(): RollingWindow {
    const copy = new RollingWindow(this.capacity, this.windowMs);
    copy.#expiries = this.#expiries.slice();
    copy.#sums.copyFrom(this.#sums);
    copy.#total = this.#total;
    copy.#mergedUntil = this.#mergedUntil;
    copy.#forgottenUntil = this.#forgottenUntil;
    return copy;
  }

  /** What counts at `now`; above the capacity when calls used more than they claimed. */
  used(now: number): number {
    this.#seek(now);
    return this.#total - this.#headSum;
  }

  /** The earliest time from `now` on at which `amount` fits, if nothing else is charged; Infinity for more than the capacity. */
  fitAt(now: number, amount: number, capacity: number = this.capacity): number {
    this.#seek(now);
    const excess = this.#total - this.#headSum + amount - capacity;
    if (excess <= 0) return now;
    if (amount > capacity) return Number.POSITIVE_INFINITY;
    return this.#expiries[this.#sums.reaching(this.#headSum + excess)] ?? now;
  }

  /** When the oldest amount that counts at `now` ends; `undefined` when nothing counts. */
  nextEndAt(now: number): number | undefined {
    this.#seek(now);
    if (this.#total === this.#headSum) return undefined;
    return this.#expiries[this.#sums.reaching(this.#headSum + 1)];
  }

  /** Charges an amount at a time; returns the stamp under which `change` finds it. Never refuses. */
  add(at: number, amount: number): number {
    // What ends before the forgotten would be taken for one of them.
    const expiry = Math.max(at + this.windowMs, this.#forgottenUntil + 1);
    const last = this.#sums.length - 1;
    const newest = last < 0 ? Number.NEGATIVE_INFINITY : (this.#expiries[last] ?? 0);
    this.#total += amount;
    if (expiry > newest) {
      if (last + 1 === this.#expiries.length) this.#makeRoom();
      this.#expiries[this.#sums.length] = expiry;
      this.#sums.append(amount);
      return expiry;
    }
    if (expiry < newest) return this.#addEarlier(expiry, amount);
    this.#changeAt(last, amount);
    return expiry;
  }

  /** Adds to what was charged under a stamp, at its own time; does nothing once that time is forgotten. */
  change(stamp: number, delta: number): void {
    if (!(stamp > this.#forgottenUntil)) return;
    const index = this.#firstEnding(stamp, 0);
    if (index === this.#sums.length) return;
    this.#total += delta;
    this.#changeAt(index, delta);
  }

  /** The clock was set back to `now`: what was charged later has happened already, and counts for one window from now. */
  setBack(now: number): void {
    const latest = now + this.windowMs;
    for (let at = this.#sums.length - 1; at >= 0 && (this.#expiries[at] ?? 0) > latest; at--) {
      this.#expiries[at] = latest;
    }
    this.#rebuild(0, 0);
    this.#mergedUntil = Math.min(this.#mergedUntil, latest);
    this.#forgottenUntil = Math.min(this.#forgottenUntil, now);
  }

  /** The stamp that takes the place of an earlier one when the clock is set back to `now`; ask before `setBack`. NaN for what is forgotten. */
  stampAfterSetBack(stamp: number, now: number): number {
    return stamp > this.#forgottenUntil ? Math.min(stamp, now + this.windowMs) : Number.NaN;
  }

  /** The clock was set forward by `byMs`, to `now`: all counts as long as it would have, and no longer than a window from now. */
  setForward(byMs: number, now: number): void {
    const latest = now + this.windowMs;
    const expiries = this.#expiries;
    for (let at = 0; at < this.#sums.length; at++) {
      expiries[at] = Math.min((expiries[at] ?? 0) + byMs, latest);
    }
    this.#rebuild(0, 0);
    this.#mergedUntil = Math.min(this.#mergedUntil + byMs, latest);
    this.#forgottenUntil = Math.min(this.#forgottenUntil + byMs, latest - 1);
  }

  /** The stamp that takes the place of an earlier one when the clock is set forward; ask before `setForward`. NaN for what is forgotten. */
  stampAfterSetForward(stamp: number, byMs: number, now: number): number {
    return stamp > this.#forgottenUntil ? Math.min(stamp + byMs, now + this.windowMs) : Number.NaN;
  }

  /** Whether what was charged under a stamp counts at `now`. */
  counts(stamp: number, now: number): boolean {
    return stamp > now;
  }

  #changeAt(index: number, delta: number): void {
    this.#sums.change(index, delta);
    if (index < this.#head) this.#headSum += delta;
  }

  /** Moves the cached place to `now`. */
  #seek(now: number): void {
    const expiries = this.#expiries;
    const length = this.#sums.length;
    const head = this.#head;
    if (head > 0 && (expiries[head - 1] ?? 0) > now) {
      this.#head = this.#firstEndingAfter(now, 0, head);
    } else if (head < length && (expiries[head] ?? 0) <= now) {
      let step = 1;
      while (head + step < length && (expiries[head + step] ?? 0) <= now) step *= 2;
      this.#head = this.#firstEndingAfter(now, head + (step >> 1), Math.min(head + step, length));
    } else {
      return;
    }
    this.#headSum = this.#sums.sum(this.#head);
  }

  /** The first moment of `low` to `high` that ends after `time`, `high` when none does. */
  #firstEndingAfter(time: number, low: number, high: number): number {
    const expiries = this.#expiries;
    let from = low;
    let to = high;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((expiries[middle] ?? 0) > time) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  /** The first moment from `low` on that ends at `time` or later; the newest is looked at first. */
  #firstEnding(time: number, low: number): number {
    const expiries = this.#expiries;
    let from = low;
    let to = this.#sums.length;
    if (to > 0 && expiries[to - 1] === time) return to - 1;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((expiries[middle] ?? 0) >= time) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  /** Charges an amount between moments that are there, so that all stay in order. */
  #addEarlier(expiry: number, amount: number): number {
    if (this.#sums.length === this.#expiries.length) this.#makeRoom();
    const index = this.#firstEnding(expiry, 0);
    const next = this.#expiries[index] ?? 0;
    if (next === expiry || expiry <= this.#mergedUntil) {
      this.#changeAt(index, amount);
      return next;
    }
    const length = this.#sums.length;
    const later = Array.from({ length: length - index }, (_, i) => this.#amountAt(index + i));
    this.#expiries.copyWithin(index + 1, index, length);
    this.#expiries[index] = expiry;
    this.#sums.truncate(index);
    this.#sums.append(amount);
    for (const other of later) this.#sums.append(other);
    this.#head = 0;
    this.#headSum = 0;
    return expiry;
  }

  #amountAt(index: number): number {
    return this.#sums.sum(index + 1) - this.#sums.sum(index);
  }

  /** Makes room for one more moment: forgets what ended a window ago, or grows, or merges. */
  #makeRoom(): void {
    const length = this.#sums.length;
    const newest = this.#expiries[length - 1] ?? 0;
    const forgotten = this.#firstEndingAfter(newest - 2 * this.windowMs, 0, length);
    if (forgotten < length / 2 && length < MAX_MOMENTS) {
      const grown = new Float64Array(Math.min(length * 2, MAX_MOMENTS));
      grown.set(this.#expiries);
      this.#expiries = grown;
      return;
    }
    let width = forgotten < length / 2 ? this.windowMs / MERGED_PARTS : 0;
    this.#rebuild(forgotten, width);
    // Only a clock that jumped about leaves moments so far apart that one merge is not enough.
    while (this.#sums.length > MAX_MOMENTS / 2) {
      width = Math.max(width, this.windowMs / MERGED_PARTS) * 2;
      this.#rebuild(0, width);
    }
  }

  /** Lets go of the first `forgotten` moments, and merges those that end in the same `width` ms. */
  #rebuild(forgotten: number, width: number): void {
    const length = this.#sums.length;
    const expiries = this.#expiries;
    const amounts = this.#sums.amounts();
    if (forgotten > 0) {
      this.#forgottenUntil = expiries[forgotten - 1] ?? 0;
      this.#total -= this.#sums.sum(forgotten);
    }
    if (width > 0) this.#mergedUntil = expiries[length - 1] ?? 0;
    this.#sums.truncate(0);
    this.#head = 0;
    this.#headSum = 0;
    let amount = 0;
    for (let at = forgotten; at < length; at++) {
      const expiry = expiries[at] ?? 0;
      amount += amounts[at] ?? 0;
      if (at + 1 < length && isOneMoment(expiry, expiries[at + 1] ?? 0, width)) continue;
      expiries[this.#sums.length] = expiry;
      this.#sums.append(amount);
      amount = 0;
    }
  }
}

function isOneMoment(first: number, other: number, width: number): boolean {
  return first === other || (width > 0 && Math.floor(first / width) === Math.floor(other / width));
}
