import { Heap } from '../internal/heap.ts';
import { LimitCopies } from '../limit/limit-copies.ts';
import type { ModelLimits } from '../limit/model-limits.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';

/** A call that is under way. */
export interface OpenEnd {
  readonly call: string;
  readonly endsAt: number;
  readonly estimate: CallEstimate;
}

interface End extends OpenEnd {
  readonly limits: ModelLimits;
  readonly number: number;
}

/**
 * The calls of all models of one forecast, which end in the order of their times whosever they are, and the copies of the limits
 * that these models share.
 */
export class CallsAhead {
  readonly copies: LimitCopies = new LimitCopies();
  readonly #ends = new Heap<End>((a, b) =>
    a.endsAt === b.endsAt ? a.number < b.number : a.endsAt < b.endsAt,
  );
  #count = 0;

  /** When the next call ends, epoch ms; `undefined` when none is known to. */
  get nextEndAt(): number | undefined {
    const at = this.#ends.peek()?.endsAt;
    return at === Number.POSITIVE_INFINITY ? undefined : at;
  }

  /** Takes note of a call that is charged to these limits. */
  add(limits: ModelLimits, end: OpenEnd): void {
    this.#count += 1;
    this.#ends.push({ ...end, limits, number: this.#count });
  }

  /** Has a call start at a time. */
  start(
    limits: ModelLimits,
    atMs: number,
    claim: Parameters<ModelLimits['start']>[2],
    durationMs: number,
  ): void {
    const call = `foretold ${this.#count}`;
    limits.start(call, atMs, claim);
    this.add(limits, { call, endsAt: atMs + durationMs, estimate: claim.estimate });
  }

  /** Lets all calls end that end by then: each uses what was estimated. */
  advance(nowMs: number): void {
    for (let end = this.#ends.peek(); end !== undefined; end = this.#ends.peek()) {
      if (end.endsAt > nowMs) return;
      this.#ends.pop();
      end.limits.settle(end.call, end.estimate, end.endsAt);
    }
  }
}
