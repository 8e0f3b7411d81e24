import type { JointLeave } from '../attempt/attempt-host.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { atMost } from '../internal/at-most.ts';
import type { Cancellation } from '../internal/cancellation.ts';
import type { Clock } from '../internal/clock.ts';
import type { Claim } from '../limit/claim.ts';
import { type JointShare, usedOf, wantsOf, whyRefused } from '../limit/joint-admission.ts';
import type { ModelLimits } from '../limit/model-limits.ts';
import type { CallEstimate, Payer } from '../spec/call-amounts.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { ReservationAnswer } from '../spec/reservation-store.ts';
import type { JointPlace } from './joint-place.ts';
import { JointSettlements } from './joint-settlements.ts';

/** How long an answer of the store is waited for, in ms. */
const ANSWER_MS = 15_000;

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
export interface JointGateParts extends JointPlace {
  readonly clock: Clock;
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
  /** It waits for its answer, or has not asked yet. */
  isAsking: boolean;
}

type Answer =
  | ReservationAnswer
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: unknown };

type Withheld = EventData['call.withheld'];

/**
 * Stands between a call that was begun and its provider: the call is sent once the store of shared limits has room for it, and
 * nothing is sent that the store did not allow. What was reserved is settled when the call's end is written down.
 */
export class JointGate implements JointLeave {
  readonly #parts: JointGateParts;
  readonly #settlements: JointSettlements;
  readonly #begun = new Map<string, Begun>();
  #freed: () => void = () => undefined;
  /** How often in a row the store could not be asked. */
  #failures = 0;
  #cancelRenewal: (() => void) | undefined;
  #closed = false;

  constructor(parts: JointGateParts) {
    this.#parts = parts;
    this.#settlements = new JointSettlements(parts.store, parts.clock);
  }

  /** `freed` is called when calls that waited for room may ask. */
  whenFreed(freed: () => void): void {
    this.#freed = freed;
  }

  /** Takes an event into account that is true already. */
  take(event: OverseerEvent): void {
    const { call = '' } = event;
    switch (event.type) {
      case 'call.started':
        this.#begin(call, event);
        return;
      case 'call.finished':
        this.#end(event, event.data.settled);
        return;
      case 'call.failed':
        this.#end(event, event.data.uncertain ? event.data.settled : undefined);
        return;
      case 'call.withheld': {
        const begun = this.#begun.get(call);
        this.#begun.delete(call);
        if (begun !== undefined) this.#answered(begun);
        return;
      }
      default:
    }
  }

  async ask(call: string, cancel: Cancellation): Promise<Withheld | undefined> {
    const begun = this.#begun.get(call);
    if (begun === undefined) return undefined;
    const { clock, leewayMs } = this.#parts;
    const giveUpAt = begun.waitsHere ? clock.now() + HERE_MS : Number.NEGATIVE_INFINITY;
    let late = 0;
    for (let asked = 0; late < TRIES; asked++) {
      const answer = await this.#reserve(call, begun, cancel);
      if (cancel.aborted || answer.kind === 'cancelled') {
        this.#settlements.release(call);
        return { because: 'it was cancelled before it was sent' };
      }
      if (answer.kind === 'failed') {
        this.#settlements.release(call);
        return this.#unreachable(begun, answer.error);
      }
      this.#failures = 0;
      if (answer.kind === 'wait') {
        const againAt = answer.untilAt ?? clock.now() + this.#backoff(asked, HERE_AGAIN_MS);
        if (againAt > giveUpAt) return this.#refused(begun, answer);
        for (const { joint } of begun.shares) joint.allowed = 1;
        await sleep(clock, againAt - clock.now(), cancel);
      } else if (clock.now() - answer.at <= leewayMs) {
        this.#granted(begun);
        return undefined;
      } else {
        // What was allowed then may be too much now.
        await this.#settlements.releaseNow(call);
        late += 1;
      }
    }
    const message = `${this.#parts.store.name} takes longer than ${leewayMs} ms to answer`;
    return this.#unreachable(begun, new OverseerError('store.busy', message));
  }

  /** Settles what is left, as far as that is quickly done, and lets go of the store. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRenewal?.();
    const { store, clock } = this.#parts;
    await atMost(clock, 2_000, this.#settlements.close());
    await atMost(
      clock,
      10_000,
      store.close().catch(() => undefined),
    );
  }

  #begin(call: string, { model = '', data }: OverseerEvent<'call.started'>): void {
    const { estimate, worst, payer } = data;
    const limits = this.#parts.limitsOf(model);
    const shares = limits.jointOf(payer);
    if (shares.length === 0) return;
    for (const { joint } of shares) joint.asking += 1;
    const waitsHere = limits.isAllJoint(payer);
    this.#begun.set(call, { shares, claim: { estimate, worst }, waitsHere, isAsking: true });
    this.#renewLater();
  }

  #end({ call = '', run = '', model = '' }: OverseerEvent, used: CallEstimate | undefined): void {
    const begun = this.#begun.get(call);
    this.#begun.delete(call);
    if (begun !== undefined) this.#answered(begun);
    // Of a call that a dead process left open, only the store knows.
    const shares = begun?.shares ?? this.#parts.limitsOf(model).jointOf(this.#parts.payerOf(run));
    if (shares.length === 0) return;
    if (used === undefined) this.#settlements.release(call);
    else this.#settlements.settle(call, usedOf(shares, used));
  }

  /** Never rejects. */
  async #reserve(call: string, { shares, claim }: Begun, cancel: Cancellation): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    let isOver = false;
    const stop = (): void => resolve({ kind: 'cancelled' });
    cancel.onAbort(stop);
    const forget = this.#parts.clock.after(ANSWER_MS, () => {
      const message = `${this.#parts.store.name} gave no answer in ${ANSWER_MS / 1_000} s`;
      resolve({ kind: 'failed', error: new OverseerError('store.busy', message) });
    });
    this.#request(call, shares, claim).then(
      (answer) => {
        resolve(answer);
        // Nobody waits for it any more.
        if (isOver && answer.kind === 'held') this.#settlements.release(call);
      },
      (error: unknown) => resolve({ kind: 'failed', error }),
    );
    const answer = await promise;
    isOver = true;
    forget();
    cancel.forget(stop);
    return answer;
  }

  async #request(
    call: string,
    shares: readonly JointShare[],
    claim: Claim,
  ): Promise<ReservationAnswer> {
    const { store, member, clock, leewayMs } = this.#parts;
    const reserve = (): Promise<ReservationAnswer> => {
      const nowMs = clock.now();
      const wants = wantsOf(shares, claim, nowMs, leewayMs);
      return store.reserve({ id: call, member: member.id, nowMs, wants });
    };
    try {
      return await reserve();
    } catch (error) {
      // It was taken for dead, or the store was made anew.
      if (!OverseerError.is(error) || error.code !== 'store.fenced') throw error;
      await this.#join();
      return await reserve();
    }
  }

  async #join(): Promise<void> {
    const { store, member, clock } = this.#parts;
    const answer = await store.join(member, clock.now());
    if (answer.kind === 'joined') return;
    const { other, subject, theirs } = answer;
    throw new OverseerError(
      'store.fenced',
      `${other} joined meanwhile with other limits of ${subject}: ${theirs}`,
    );
  }

  #granted(begun: Begun): void {
    let wasHeld = false;
    this.#answered(begun);
    for (const { joint } of begun.shares) {
      if (joint.allowed === Number.POSITIVE_INFINITY) continue;
      wasHeld = true;
      joint.refusals = 0;
      joint.allowed = joint.allowed > 1_000 ? Number.POSITIVE_INFINITY : joint.allowed * 2;
    }
    if (wasHeld) this.#freed();
  }

  #refused(begun: Begun, answer: Extract<ReservationAnswer, { kind: 'wait' }>): Withheld {
    const nowMs = this.#parts.clock.now();
    const share = begun.shares.find(({ joint }) => joint.limit === answer.limit);
    if (share === undefined) return { because: `${answer.limit} has no room`, untilAt: nowMs };
    const { joint } = share;
    const unknown = nowMs + this.#backoff(joint.refusals, PLACE_MS);
    const untilAt = Math.max(nowMs + 1, answer.untilAt ?? unknown);
    const because = whyRefused(share, begun.claim, answer, nowMs);
    joint.refusals += 1;
    joint.allowed = 1;
    joint.full = { untilAt, why: because };
    return { because, limit: joint.limit, untilAt };
  }

  /** Nothing is sent that was not allowed: work waits until the store can be asked. */
  #unreachable(begun: Begun, error: unknown): Withheld {
    const untilAt = this.#parts.clock.now() + this.#backoff(this.#failures, STORE_MS);
    this.#failures += 1;
    const said = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    const code = OverseerError.is(error) ? error.code : 'store.failed';
    const because = `the shared limits cannot be asked, so nothing is sent: ${said} (${code})`;
    for (const { joint } of begun.shares) {
      joint.allowed = 1;
      joint.full = { untilAt, why: because };
    }
    return { because, untilAt, code };
  }

  #answered(begun: Begun): void {
    if (!begun.isAsking) return;
    begun.isAsking = false;
    for (const { joint } of begun.shares) joint.asking -= 1;
  }

  /** Twice as long each time; not the same for all who wait for the same. */
  #backoff(times: number, [first, longest]: readonly [number, number]): number {
    const whole = Math.min(longest, first * 2 ** Math.min(times, 20));
    return whole * (0.5 + this.#parts.random() / 2);
  }

  /** While calls are under way, the store hears that this member lives. */
  #renewLater(): void {
    const { store, clock, member } = this.#parts;
    const { renewMs } = store.capabilities;
    if (renewMs === undefined || this.#closed || this.#cancelRenewal !== undefined) return;
    this.#cancelRenewal = clock.after(renewMs, () => {
      this.#cancelRenewal = undefined;
      if (this.#begun.size === 0) return;
      // Whoever was taken for dead joins again when it next asks.
      store.renew(member.id, clock.now()).catch(() => undefined);
      this.#renewLater();
    });
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
