import type { Period, PeriodOf } from './calendar-periods.ts';
import type { Window } from './window.ts';

/** Periods whose use is kept; older ones no longer say anything. */
const KEPT = 16;

interface Bucket extends Period {
  used: number;
}

/** What was used in the present period of a calendar. What was charged in periods still to come, by a clock that went back, counts already. */
export class CalendarWindow implements Window {
  readonly capacity: number;
  readonly #periodOf: PeriodOf;
  /** Ascending. */
  #buckets: Bucket[] = [];

  constructor(capacity: number, periodOf: PeriodOf) {
    this.capacity = capacity;
    this.#periodOf = periodOf;
  }

  used(now: number): number {
    let sum = 0;
    for (const { end, used } of this.#buckets) if (end > now) sum += used;
    return sum;
  }

  fitAt(now: number, amount: number, capacity: number = this.capacity): number {
    let at = now;
    while (this.used(at) + amount > capacity) {
      const next = this.nextEndAt(at);
      if (next === undefined) return Number.POSITIVE_INFINITY;
      at = next;
    }
    return at;
  }

  nextEndAt(now: number): number | undefined {
    return this.#buckets.find(({ end, used }) => end > now && used > 0)?.end;
  }

  add(at: number, amount: number): number {
    this.#bucketOf(at).used += amount;
    return at;
  }

  change(stamp: number, delta: number): void {
    const bucket = this.#buckets.find(({ start, end }) => start <= stamp && stamp < end);
    if (bucket !== undefined) bucket.used += delta;
  }

  counts(stamp: number, now: number): boolean {
    return this.#periodOf(stamp).end > now;
  }

  stampAfterSetBack(stamp: number, now: number): number {
    return Math.min(stamp, now);
  }

  setBack(now: number): void {
    const later = this.#buckets.filter(({ start }) => start > now);
    if (later.length === 0) return;
    this.#buckets = this.#buckets.filter(({ start }) => start <= now);
    this.#bucketOf(now).used += later.reduce((sum, { used }) => sum + used, 0);
  }

  stampAfterSetForward(stamp: number): number {
    return stamp;
  }

  /** Nothing changes: a day is over when the calendar says so. */
  setForward(): void {}

  clone(): CalendarWindow {
    const copy = new CalendarWindow(this.capacity, this.#periodOf);
    copy.#buckets = this.#buckets.map((bucket) => ({ ...bucket }));
    return copy;
  }

  #bucketOf(at: number): Bucket {
    for (let index = this.#buckets.length - 1; index >= 0; index--) {
      const bucket = this.#buckets[index];
      if (bucket !== undefined && bucket.start <= at && at < bucket.end) return bucket;
    }
    const bucket: Bucket = { ...this.#periodOf(at), used: 0 };
    this.#buckets.push(bucket);
    this.#buckets.sort((a, b) => a.start - b.start);
    if (this.#buckets.length > KEPT) this.#buckets.shift();
    return bucket;
  }
}
