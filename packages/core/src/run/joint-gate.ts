import type { JointLeave } from '../attempt/attempt-host.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { atMost } from '../internal/at-most.ts';
import type { Cancellation } from '../internal/cancellation.ts';
import type { Clock } from '../internal/clock.ts';
import type { Claim } from '../limit/claim.ts';
import { type JointShare, usedOf, wantsOf, whyRefused } from '../limit/joint-admission.ts';
import { type JointLimit, jointFull, jointGranted } from '../limit/joint-limit.ts';
import type { ModelLimits } from '../limit/model-limits.ts';
import type { CallEstimate, Payer } from '../spec/call-amounts.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { ReservationAnswer } from '../spec/reservation-store.ts';
import { askStore, type StoreLine } from './ask-store.ts';
import { JointRenewal } from './joint-renewal.ts';
import { JointSettlements } from './joint-settlements.ts';

/** Answers that come later than a request may be on its way are asked for anew, so often. */
const TRIES = 3;

/** How long a call that was begun waits for room by itself, in ms. */
const HERE_MS = 1_000;

/** Waits where nobody knows when there is room, the first and the longest in ms: of a call that was begun, and between such calls. */
const HERE_AGAIN_MS: readonly [number, number] = [20, 100];
const PLACE_MS: readonly [number, number] = [100, 2_000];

/** Waits for a store that cannot be asked, in ms. */
const STORE_MS: readonly [number, number] = [500, 30_000];

/** What the gate of one kernel is made with. */
export interface JointGateParts extends StoreLine {
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  limitsOf(model: string): ModelLimits;
  payerOf(run: string): Payer | undefined;
}

/** A call that was begun and counts in joint limits. */
interface Begun {
  readonly shares: readonly JointShare[];
  readonly claim: Claim;
  /** Whether all windows that it counts in are those of the store, so that it may be sent somewhat later than it was begun. */
  readonly waitsHere: boolean;
  /** Those that it waits for, or has not asked yet. */
  readonly asks: Set<JointLimit>;
}

type Wait = Extract<ReservationAnswer, { kind: 'wait' }>;
type Withheld = EventData['call.withheld'];

/**
 * Stands between a call that was begun and its provider: the call is sent once the store of shared limits has room for it, and
 * nothing is sent that the store did not allow. What was reserved is settled when the call's end is written down.
 */
export class JointGate implements JointLeave {
  readonly #parts: JointGateParts;
  readonly #settlements: JointSettlements;
  readonly #renewal: JointRenewal;
  readonly #begun = new Map<string, Begun>();
  #freed: () => void = () => undefined;
  /** How often in a row the store could not be asked. */
  #failures = 0;

  constructor(parts: JointGateParts) {
    this.#parts = parts;
    this.#settlements = new JointSettlements(parts.store, parts.clock);
    this.#renewal = new JointRenewal(parts, () => this.#begun.size > 0);
  }

  /** `freed` is called when calls that waited for room may ask. */
  whenFreed(freed: () => void): void {
    this.#freed = freed;
  }

  /** Takes an event into account that is true already. */
  take(event: OverseerEvent): void {
    switch (event.type) {
      case 'call.started':
        this.#begin(event);
        return;
      case 'call.finished':
        this.#end(event, event.data.settled);
        return;
      case 'call.failed':
        this.#end(event, event.data.uncertain ? event.data.settled : undefined);
        return;
      case 'call.withheld':
        this.#forget(event.call ?? '');
        return;
      default:
    }
  }

  async ask(call: string, cancel: Cancellation): Promise<Withheld | undefined> {
    const begun = this.#begun.get(call);
    if (begun === undefined) return undefined;
    const { clock, leewayMs, store } = this.#parts;
    const giveUpAt = begun.waitsHere ? clock.now() + HERE_MS : Number.NEGATIVE_INFINITY;
    for (let asked = 0, late = 0; late < TRIES; asked++) {
      const answer = await this.#reserve(call, begun, cancel);
      if (cancel.aborted || answer.kind === 'cancelled') return this.#cancelled(call);
      if (answer.kind === 'failed') return this.#unreachable(call, begun, answer.error);
      this.#failures = 0;
      if (answer.kind === 'wait') {
        const waitMs = this.#waitMs(answer, asked);
        if (clock.now() + waitMs > giveUpAt) return this.#refused(begun, answer);
        this.#waitFor(begun, answer);
        await sleep(clock, waitMs, cancel);
      } else if (clock.now() - answer.at <= leewayMs) {
        this.#granted(begun);
        return undefined;
      } else {
        // What was allowed then may be too much now.
        await this.#settlements.releaseNow(call);
        late += 1;
      }
    }
    const message = `${store.name} takes longer than ${leewayMs} ms to answer`;
    return this.#unreachable(call, begun, new OverseerError('store.busy', message));
  }

  /** Settles what is left, as far as that is quickly done, and lets go of the store. */
  async close(): Promise<void> {
    this.#renewal.close();
    const { store, clock } = this.#parts;
    await atMost(clock, 2_000, this.#settlements.close());
    await atMost(
      clock,
      10_000,
      store.close().catch(() => undefined),
    );
  }

  #begin({ call = '', model = '', data }: OverseerEvent<'call.started'>): void {
    const { estimate, worst, payer } = data;
    const limits = this.#parts.limitsOf(model);
    const shares = limits.jointOf(payer);
    if (shares.length === 0) return;
    const asks = new Set(shares.map(({ joint }) => joint));
    for (const joint of asks) joint.asking += 1;
    const waitsHere = limits.isAllJoint(payer);
    this.#begun.set(call, { shares, claim: { estimate, worst }, waitsHere, asks });
    this.#renewal.wake();
  }

  #end({ call = '', run = '', model = '' }: OverseerEvent, used: CallEstimate | undefined): void {
    const begun = this.#forget(call);
    // Of a call that a dead process left open, only the store knows.
    const shares = begun?.shares ?? this.#parts.limitsOf(model).jointOf(this.#parts.payerOf(run));
    if (shares.length === 0) return;
    if (used === undefined) this.#settlements.release(call);
    else this.#settlements.settle(call, usedOf(shares, used));
  }

  #forget(call: string): Begun | undefined {
    const begun = this.#begun.get(call);
    this.#begun.delete(call);
    for (const joint of begun?.asks ?? []) joint.asking -= 1;
    begun?.asks.clear();
    return begun;
  }

  #reserve(call: string, { shares, claim }: Begun, cancel: Cancellation) {
    const { leewayMs } = this.#parts;
    return askStore(
      this.#parts,
      (nowMs) => ({ id: call, wants: wantsOf(shares, claim, nowMs, leewayMs) }),
      cancel,
      () => this.#settlements.release(call),
    );
  }

  #waitMs({ untilAt }: Wait, asked: number): number {
    if (untilAt === undefined) return this.#backoff(asked, HERE_AGAIN_MS);
    return Math.max(0, untilAt - this.#parts.clock.now());
  }

  /** Only those who want of the same limit wait with it. */
  #waitFor({ asks, shares }: Begun, { limit }: Wait): void {
    for (const { joint } of shares) {
      if (joint.limit === limit) joint.allowed = 1;
      else if (asks.delete(joint)) joint.asking -= 1;
    }
    this.#freed();
  }

  #granted({ asks, shares }: Begun): void {
    for (const joint of asks) joint.asking -= 1;
    asks.clear();
    const wereHeld = shares.filter(({ joint }) => jointGranted(joint));
    if (wereHeld.length > 0) this.#freed();
  }

  #cancelled(call: string): Withheld {
    this.#settlements.release(call);
    return { because: 'it was cancelled before it was sent' };
  }

  #refused({ shares, claim }: Begun, answer: Wait): Withheld {
    const nowMs = this.#parts.clock.now();
    const share = shares.find(({ joint }) => joint.limit === answer.limit);
    if (share === undefined) return { because: `${answer.limit} has no room`, untilAt: nowMs };
    const { joint } = share;
    const unknown = nowMs + this.#backoff(joint.refusals, PLACE_MS);
    const untilAt = Math.max(nowMs + 1, answer.untilAt ?? unknown);
    const why = (now: number): string => whyRefused(share, claim, answer, now);
    jointFull(joint, { untilAt, why });
    return { because: why(nowMs), limit: joint.limit, untilAt };
  }

  /** Nothing is sent that was not allowed: work waits until the store can be asked. */
  #unreachable(call: string, { shares }: Begun, error: unknown): Withheld {
    this.#settlements.release(call);
    const untilAt = this.#parts.clock.now() + this.#backoff(this.#failures, STORE_MS);
    this.#failures += 1;
    const said = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    const code = OverseerError.is(error) ? error.code : 'store.failed';
    const because = `the shared limits cannot be asked, so nothing is sent: ${said} (${code})`;
    for (const { joint } of shares) jointFull(joint, { untilAt, why: () => because });
    return { because, untilAt, code };
  }

  /** Twice as long each time; not the same for all who wait for the same. */
  #backoff(times: number, [first, longest]: readonly [number, number]): number {
    const whole = Math.min(longest, first * 2 ** Math.min(times, 20));
    return whole * (0.5 + this.#parts.random() / 2);
  }
}

/** Waits so long, or until it is cancelled. */
async function sleep(clock: Clock, ms: number, cancel: Cancellation): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  const forget = clock.after(Math.max(1, ms), stop);
  cancel.onAbort(stop);
  await promise;
  forget();
  cancel.forget(stop);
}
