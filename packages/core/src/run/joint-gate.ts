import type { JointLeave } from '../attempt/attempt-host.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { atMost } from '../internal/at-most.ts';
import type { Cancellation } from '../internal/cancellation.ts';
import { defined } from '../internal/defined.ts';
import { pause } from '../internal/pause.ts';
import type { BreakerStanding } from '../limit/breaker-standing.ts';
import { causeOf, placesOf, usedOf, wantsOf, whyRefused } from '../limit/joint-admission.ts';
import { jointFull, jointGranted } from '../limit/joint-limit.ts';
import type { ModelLimits } from '../limit/model-limits.ts';
import type { CallEstimate, Payer } from '../spec/call-amounts.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { ReservationAnswer } from '../spec/reservation-store.ts';
import { askStore, type StoreAnswer, type StoreLine } from './ask-store.ts';
import { JointAdoptions } from './joint-adoptions.ts';
import { JointBreaker, type ShutStore } from './joint-breaker.ts';
import type { Asking, Begun } from './joint-call.ts';
import { JointRenewal } from './joint-renewal.ts';
import { JointSettlements } from './joint-settlements.ts';

/** Answers that come later than a request may be on its way are asked for anew, so often. */
const TRIES = 3;

/** How long a call that was begun waits for room by itself, in ms. */
const HERE_MS = 1_000;

/** Waits where nobody knows when there is room, the first and the longest in ms: of a call that was begun, and between such calls. */
const HERE_AGAIN_MS: readonly [number, number] = [20, 80];
const PLACE_MS: readonly [number, number] = [100, 2_000];

/** What the gate of one kernel is made with. */
export interface JointGateParts extends StoreLine {
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  limitsOf(model: string): ModelLimits;
  payerOf(run: string): Payer | undefined;
}

/** A call whose start was written down by whoever had the project before. */
interface Adopted {
  readonly model: string;
  readonly run: string;
  readonly estimate: CallEstimate;
  readonly keyName?: string;
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
  readonly #adoptions: JointAdoptions;
  #freed: () => void = () => undefined;
  readonly #breaker: JointBreaker;

  constructor(parts: JointGateParts) {
    this.#parts = parts;
    this.#settlements = new JointSettlements(parts.store, parts.clock);
    this.#adoptions = new JointAdoptions(parts);
    this.#breaker = new JointBreaker(parts.store.name, parts.clock, parts.random);
    this.#renewal = new JointRenewal(parts, () => this.#begun.size + this.#adoptions.size > 0);
  }

  /** How its store stands. */
  get standing(): BreakerStanding {
    return this.#breaker.standing;
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
        this.#withhold(event.call ?? '');
        return;
      default:
    }
  }

  /** Takes over the places of a call that a worker makes for whoever had the project before. */
  adopt(call: string, { model, run, estimate, keyName }: Adopted): void {
    const party = defined({ payer: this.#parts.payerOf(run), keyName });
    const shares = this.#parts.limitsOf(model).jointOf(party);
    void this.#adoptions.adopt(call, placesOf(shares, { estimate, worst: estimate }));
    this.#renewal.wake();
  }

  async ask(call: string, cancel: Cancellation): Promise<Withheld | undefined> {
    const begun = this.#begun.get(call);
    if (begun === undefined) return undefined;
    const { clock } = this.#parts;
    const giveUpAt = begun.waitsHere ? clock.elapsed() + HERE_MS : Number.NEGATIVE_INFINITY;
    const asking: Asking = { call, begun, cancel, giveUpAt, asked: 0, late: 0 };
    for (;;) {
      const left = this.#breaker.begin(call);
      if (left !== undefined) return this.#leftAlone(begun, left, 'store.busy');
      const outcome = await this.#heed(asking, await this.#reserve(asking));
      if (outcome === 'send') return undefined;
      if (outcome !== 'ask again') return outcome;
    }
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
    const { estimate, worst, payer, keyName } = data;
    const party = defined({ payer, keyName });
    const limits = this.#parts.limitsOf(model);
    const shares = limits.jointOf(party);
    if (shares.length === 0) return;
    const asks = new Set(shares.map(({ joint }) => joint));
    for (const joint of asks) joint.asking += 1;
    const waitsHere = limits.isAllJoint(party);
    const claim = { estimate, worst };
    this.#begun.set(call, { model, shares, claim, waitsHere, asks, isGranted: false });
    this.#renewal.wake();
  }

  #end({ call = '', run = '', model = '' }: OverseerEvent, used: CallEstimate | undefined): void {
    const begun = this.#forget(call);
    // Of a call that a dead process left open, only the store knows.
    const party = defined({ payer: this.#parts.payerOf(run) });
    const shares = begun?.shares ?? this.#parts.limitsOf(model).jointOf(party);
    if (shares.length === 0) return;
    if (used === undefined) this.#settlements.release(call);
    else this.#settlements.settle(call, usedOf(shares, used));
  }

  /** What was allowed and not made all the same, here or by a worker, is given back. */
  #withhold(call: string): void {
    const begun = this.#forget(call);
    if (begun === undefined || begun.isGranted) this.#settlements.release(call);
  }

  #forget(call: string): Begun | undefined {
    const begun = this.#begun.get(call);
    this.#begun.delete(call);
    this.#adoptions.forget(call);
    for (const joint of begun?.asks ?? []) joint.asking -= 1;
    begun?.asks.clear();
    return begun;
  }

  #reserve({ call, begun: { shares, claim }, cancel }: Asking): Promise<StoreAnswer> {
    const { leewayMs } = this.#parts;
    return askStore(
      this.#parts,
      (nowMs) => ({ id: call, wants: wantsOf(shares, claim, nowMs, leewayMs) }),
      cancel,
      () => this.#settlements.release(call),
    );
  }

  /** What comes of an answer, once it is time for that. */
  async #heed(asking: Asking, answer: StoreAnswer): Promise<'send' | 'ask again' | Withheld> {
    const { call, begun, cancel } = asking;
    if (answer.kind === 'failed') return this.#unreachable(call, begun, answer.error);
    if (cancel.aborted || answer.kind === 'cancelled') return this.#cancelled(call);
    const { leewayMs, store } = this.#parts;
    if (answer.kind === 'wait') {
      this.#breaker.answered(call);
      return await this.#wait(asking, answer);
    }
    if (answer.tookMs <= leewayMs) {
      this.#breaker.answered(call);
      this.#granted(begun);
      return 'send';
    }
    // What was allowed then may be too much now.
    await this.#settlements.releaseNow(call);
    asking.late += 1;
    if (asking.late < TRIES) return 'ask again';
    const message = `${store.name} takes longer than ${leewayMs} ms to answer`;
    return this.#unreachable(call, begun, new OverseerError('store.busy', message));
  }

  async #wait(asking: Asking, answer: Wait): Promise<'ask again' | Withheld> {
    const { begun, cancel, giveUpAt } = asking;
    const { clock } = this.#parts;
    const waitMs =
      answer.untilAt === undefined
        ? this.#backoff(asking.asked, HERE_AGAIN_MS)
        : Math.max(0, answer.untilAt - clock.now());
    asking.asked += 1;
    if (clock.elapsed() + waitMs > giveUpAt) return this.#refused(begun, answer);
    this.#waitFor(begun, answer);
    await pause(clock, waitMs, cancel);
    return 'ask again';
  }

  /** Only those who want of the same limit wait with it. */
  #waitFor({ asks, shares }: Begun, { limit }: Wait): void {
    for (const { joint } of shares) {
      if (joint.limit === limit) joint.allowed = 1;
      else if (asks.delete(joint)) joint.asking -= 1;
    }
    this.#freed();
  }

  #granted(begun: Begun): void {
    const { asks, shares } = begun;
    begun.isGranted = true;
    for (const joint of asks) joint.asking -= 1;
    asks.clear();
    const wereHeld = shares.filter(({ joint }) => jointGranted(joint));
    if (wereHeld.length > 0) this.#freed();
  }

  #cancelled(call: string): Withheld {
    this.#breaker.unsaid(call);
    this.#settlements.release(call);
    return { because: 'it was cancelled before it was sent' };
  }

  #refused({ model, shares, claim }: Begun, answer: Wait): Withheld {
    const nowMs = this.#parts.clock.now();
    const share = shares.find(({ joint }) => joint.limit === answer.limit);
    if (share === undefined) return { because: `${answer.limit} has no room`, untilAt: nowMs };
    const { joint } = share;
    const unknown = nowMs + this.#backoff(joint.refusals, PLACE_MS);
    const untilAt = Math.max(nowMs + 1, answer.untilAt ?? unknown);
    const why = (now: number): string => whyRefused(share, claim, answer, now);
    const on = causeOf(joint);
    jointFull(joint, { untilAt, why, on });
    return { because: why(nowMs), limit: joint.limit, untilAt, on: { ...on, model } };
  }

  #unreachable(call: string, begun: Begun, error: unknown): Withheld {
    this.#settlements.release(call);
    const said = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    const code = OverseerError.is(error) ? error.code : 'store.failed';
    const untilAt = this.#breaker.failed(call, `${said} (${code})`);
    return this.#leftAlone(begun, { untilAt, why: `${said} (${code})` }, code);
  }

  /** Nothing is sent that was not allowed: work waits until the store can be asked. */
  #leftAlone({ model, shares }: Begun, { untilAt, why }: ShutStore, code: string): Withheld {
    const because = `the shared limits cannot be asked, so nothing is sent: ${why}`;
    const on = { kind: 'outage', what: 'the shared limits cannot be asked' } as const;
    for (const { joint } of shares) jointFull(joint, { untilAt, why: () => because, on });
    return { because, untilAt, code, on: { ...on, model } };
  }

  /** Twice as long each time; not the same for all who wait for the same. */
  #backoff(times: number, [first, longest]: readonly [number, number]): number {
    const whole = Math.min(longest, first * 2 ** Math.min(times, 20));
    return whole * (0.5 + this.#parts.random() / 2);
  }
}
