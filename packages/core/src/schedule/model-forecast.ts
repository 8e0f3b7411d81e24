import { Heap } from '../internal/heap.ts';
import type { Claim, ModelLimits } from '../limit/model-limits.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';

/** When a model could take calls, tried out ahead of time. Epoch ms. */
export interface ModelForecast {
  /** The earliest time from `nowMs` on at which a call could start; infinity for never, or where nobody can know. */
  earliest(nowMs: number, claim: Claim): number;
  /** Has a call start, and end `durationMs` later; infinity where nobody knows how long it takes. */
  take(atMs: number, claim: Claim, durationMs: number): void;
}

/** A call that is under way. */
export interface OpenEnd {
  readonly call: string;
  readonly endsAt: number;
  readonly estimate: CallEstimate;
}

/** A forecast over a copy of a model's limits, in which calls use what was estimated. */
export class LimitsForecast implements ModelForecast {
  /** The copy, as it stands at the latest time that was asked about. */
  readonly limits: ModelLimits;
  readonly #ends = new Heap<OpenEnd>((a, b) => a.endsAt < b.endsAt);
  #taken = 0;

  /** `limits` are copied; `open` are the calls under way in them. */
  constructor(limits: ModelLimits, open: readonly OpenEnd[]) {
    this.limits = limits.clone();
    for (const end of open) this.#ends.push(end);
  }

  /** When the next call ends, `undefined` when none is known to. */
  get nextEndAt(): number | undefined {
    const at = this.#ends.peek()?.endsAt;
    return at === Number.POSITIVE_INFINITY ? undefined : at;
  }

  /** Lets all calls end that end by then. */
  advance(nowMs: number): void {
    for (let end = this.#ends.peek(); end !== undefined; end = this.#ends.peek()) {
      if (end.endsAt > nowMs) return;
      this.#ends.pop();
      this.limits.settle(end.call, end.estimate);
    }
  }

  earliest(nowMs: number, claim: Claim): number {
    this.advance(nowMs);
    const admission = this.limits.admit(nowMs, claim);
    if (admission.kind === 'run') return nowMs;
    if (admission.kind === 'never') return Number.POSITIVE_INFINITY;
    const { untilAt = Number.POSITIVE_INFINITY, orSooner } = admission;
    if (admission.untilAt !== undefined && orSooner !== true) return untilAt;
    return Math.min(untilAt, this.nextEndAt ?? Number.POSITIVE_INFINITY);
  }

  take(atMs: number, claim: Claim, durationMs: number): void {
    this.advance(atMs);
    this.#taken += 1;
    const call = `foretold ${this.#taken}`;
    this.limits.start(call, atMs, this.limits.withKey(atMs, claim));
    this.#ends.push({ call, endsAt: atMs + durationMs, estimate: claim.estimate });
  }
}
