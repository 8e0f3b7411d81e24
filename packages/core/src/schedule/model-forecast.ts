import type { Claim, ModelLimits } from '../limit/model-limits.ts';
import { CallsAhead, type OpenEnd } from './calls-ahead.ts';

/** When a model could take calls, tried out ahead of time. Epoch ms. */
export interface ModelForecast {
  /** Whether a call could start at `nowMs`. */
  fits(nowMs: number, claim: Claim): boolean;
  /** The earliest time from `nowMs` on at which a call may have room, if none does before; infinity for never, or where nobody can know. */
  earliest(nowMs: number, claim: Claim): number;
  /** Has a call start, and end `durationMs` later; infinity where nobody knows how long it takes. */
  take(atMs: number, claim: Claim, durationMs: number): void;
}

/**
 * A forecast over a copy of a model's limits, in which calls use what was estimated. They end when whoever has `calls` lets them:
 * what ends at a moment at which something starts may end before it or after.
 */
export class LimitsForecast implements ModelForecast {
  /** The copy, as it stands by the calls that have ended so far. */
  readonly limits: ModelLimits;
  readonly #calls: CallsAhead;

  /** `limits` are copied; `open` are the calls under way in them. Models that share limits share `calls`. */
  constructor(limits: ModelLimits, open: readonly OpenEnd[], calls: CallsAhead = new CallsAhead()) {
    this.#calls = calls;
    this.limits = limits.clone(calls.copies);
    for (const end of open) calls.add(this.limits, end);
  }

  fits(nowMs: number, claim: Claim): boolean {
    return this.limits.admit(nowMs, claim).kind === 'run';
  }

  earliest(nowMs: number, claim: Claim): number {
    const admission = this.limits.admit(nowMs, claim);
    if (admission.kind === 'run') return nowMs;
    if (admission.kind === 'never') return Number.POSITIVE_INFINITY;
    const { untilAt = Number.POSITIVE_INFINITY, orSooner } = admission;
    if (admission.untilAt !== undefined && orSooner !== true) return untilAt;
    return Math.min(untilAt, this.#calls.nextEndAt ?? Number.POSITIVE_INFINITY);
  }

  take(atMs: number, claim: Claim, durationMs: number): void {
    this.#calls.start(this.limits, atMs, this.limits.withKey(atMs, claim), durationMs);
  }
}
