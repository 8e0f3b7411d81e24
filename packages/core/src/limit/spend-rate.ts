import type { CallEstimate } from '../spec/call-amounts.ts';
import type { LimitMetric } from '../spec/limit.ts';
import { chargeOf } from './call-amount.ts';

/** How far back it looks, and in how fine steps. */
const STEP_MS = 120_000;
const STEPS = 30;
/** A rate is not told by less than this. */
const LEAST_MS = 60_000;

const METRICS = [
  'calls',
  'input-tokens',
  'uncached-input-tokens',
  'output-tokens',
  'tokens',
  'usd',
] as const;
type Counted = (typeof METRICS)[number];

/** Fewer calls than this in the last hour show no trend. */
const ENOUGH = 12;

/** Which way use goes: the last half hour beside the one before. */
export type Trend = 'rising' | 'steady' | 'falling';

/** How much was used in each step of the last hour: bounded, whatever comes. Does no I/O and knows no clock. */
export class SpendRate {
  /** By metric in their order, one number a step; a step's place is its number modulo `STEPS`. */
  readonly #amounts = METRICS.map(() => new Float64Array(STEPS));
  #newest = Number.NEGATIVE_INFINITY;
  #firstAt: number | undefined;

  /** Takes note of what a call used; times that go back by more than a step begin anew, as after a clock was set. */
  note(at: number, use: CallEstimate): void {
    const step = Math.floor(at / STEP_MS);
    if (step < this.#newest - 1) this.#clear();
    this.#firstAt ??= at;
    this.#advance(step);
    const place = placeOf(step);
    for (let at = 0; at < METRICS.length; at++) {
      const amounts = this.#amounts[at];
      const metric = METRICS[at];
      if (amounts === undefined || metric === undefined) continue;
      amounts[place] = (amounts[place] ?? 0) + chargeOf(metric, use);
    }
  }

  /** How much an hour is used, by the last hour or what is known of it; money in micro-dollars. `undefined` before the first use. */
  perHour(metric: LimitMetric, now: number): number | undefined {
    if (this.#firstAt === undefined || metric === 'concurrency') return undefined;
    // The present step is not over; those before it are.
    const sinceMs = Math.max(this.#firstAt, (Math.floor(now / STEP_MS) - STEPS + 1) * STEP_MS);
    const spanMs = Math.max(LEAST_MS, now - sinceMs);
    return (this.#sum(metric, now, 0, STEPS) / spanMs) * 3_600_000;
  }

  /** Rising or falling where the last half hour differs from the one before by more than a fifth. */
  trend(metric: LimitMetric, now: number): Trend | undefined {
    if (this.#firstAt === undefined || metric === 'concurrency') return undefined;
    // Both halves lie before the present step, and both are known.
    if (now - this.#firstAt < STEPS * STEP_MS) return 'steady';
    if (this.#sum('calls', now, 1, STEPS - 1) < ENOUGH) return 'steady';
    const late = this.#sum(metric, now, 1, STEPS / 2);
    const early = this.#sum(metric, now, STEPS / 2, STEPS - 1);
    if (late > early * 1.2) return 'rising';
    return late < early / 1.2 ? 'falling' : 'steady';
  }

  /** The use of the steps that are from `from` to before `to` steps old. */
  #sum(metric: Counted, now: number, from: number, to: number): number {
    const amounts = this.#amounts[METRICS.indexOf(metric)];
    const present = Math.floor(now / STEP_MS);
    let sum = 0;
    for (let age = from; age < to; age++) {
      const step = present - age;
      if (step <= this.#newest && step > this.#newest - STEPS) sum += amounts?.[placeOf(step)] ?? 0;
    }
    return sum;
  }

  #advance(step: number): void {
    const gone = Math.min(STEPS, step - this.#newest);
    for (let at = 0; at < gone; at++) {
      for (const amounts of this.#amounts) amounts[placeOf(step - at)] = 0;
    }
    this.#newest = Math.max(this.#newest, step);
  }

  #clear(): void {
    for (const amounts of this.#amounts) amounts.fill(0);
    this.#newest = Number.NEGATIVE_INFINITY;
    this.#firstAt = undefined;
  }
}

function placeOf(step: number): number {
  return ((step % STEPS) + STEPS) % STEPS;
}
