import type { CallEstimate, Hold } from '../spec/event.ts';
import type { LimitMetric, LimitRule } from '../spec/limit.ts';
import type { RateLimit } from '../spec/model.ts';
import { amountOf, chargeOf } from './call-amount.ts';
import { microUsdOf } from './decimal.ts';
import { describeLimit } from './describe-limit.ts';
import { describeSpan, units, waitReason } from './limit-reasons.ts';
import { ProviderLimits } from './provider-limits.ts';
import { RollingWindow } from './rolling-window.ts';

/** What a call is going to use: soft limits reserve the estimate, hard ones the worst case. */
export interface Claim {
  readonly estimate: CallEstimate;
  readonly worst: CallEstimate;
}

/** Whether a call may start. `untilAt` is the exact earliest time, `undefined` where only the end of a call helps. */
export type Admission =
  | { readonly kind: 'run'; readonly holds: readonly Hold[] }
  | { readonly kind: 'wait'; readonly untilAt: number | undefined; readonly why: string }
  | { readonly kind: 'never'; readonly why: string };

/**
 * How one limit stands. `used` was settled, `held` is reserved by calls under way; money is in micro-dollars.
 * `resetAt` is when the oldest use ends to count, `undefined` when nothing counts.
 */
export interface LimitUse {
  readonly limit: string;
  readonly used: number;
  readonly held: number;
  readonly capacity: number;
  readonly resetAt: number | undefined;
}

interface Meter {
  readonly limit: string;
  readonly rule: LimitRule;
  readonly metric: LimitMetric;
  readonly soft: boolean;
  readonly window: RollingWindow;
  readonly oneCall: Hold;
}

/** A call under way: for each meter the stamp of its charge, then the amount. */
type OpenCall = number[];

/**
 * All limits of one model. A call is admitted by all of them or by none, charged when it starts, and settled at its
 * original time when it ends. Does no I/O and knows no clock: times are epoch ms.
 */
export class ModelLimits {
  readonly #name: string;
  readonly #meters: Meter[];
  readonly #atOnce: number;
  readonly #atOnceHold: Hold;
  readonly #provider: ProviderLimits = new ProviderLimits();
  readonly #open = new Map<string, OpenCall>();
  readonly #learned: { readonly atOnce: number } | undefined;

  /** `rules` are normalised; the least of `concurrency`, the rules about it and what was learned of it counts. */
  constructor(
    name: string,
    rules: readonly LimitRule[],
    concurrency: number,
    learned?: { readonly atOnce: number },
  ) {
    this.#learned = learned;
    const windows = rules.filter(({ metric }) => metric !== 'concurrency');
    const atOnce = rules.filter(({ metric }) => metric === 'concurrency');
    this.#name = name;
    this.#meters = windows.map((rule) => createMeter(name, rule));
    this.#atOnce = Math.min(concurrency, ...atOnce.map(({ capacity }) => capacity));
    const text = describeLimit({ metric: 'concurrency', capacity: this.#atOnce });
    this.#atOnceHold = { limit: `${name}: ${text}`, amount: 1 };
  }

  /** How many calls are under way. */
  get running(): number {
    return this.#open.size;
  }

  /**
   * Whether a call may start at `now`, and if not, when. Changes nothing. `calls` asks for room for as many calls,
   * because who begins something that takes several should not run dry in the middle.
   */
  admit(now: number, claim: Claim, calls = 1): Admission {
    let untilAt = now;
    let latest: Meter | undefined;
    for (const meter of this.#meters) {
      const amount =
        meter.metric === 'calls' ? Math.min(calls, meter.window.capacity) : claimed(meter, claim);
      const fitsAt = amount === 0 ? now : meter.window.fitAt(now, amount);
      if (fitsAt > untilAt) {
        untilAt = fitsAt;
        latest = meter;
      }
    }
    if (untilAt === Number.POSITIVE_INFINITY) return never(latest, claim);
    const blocked = this.#provider.blocks(now, claim.estimate);
    if (blocked !== undefined && blocked.untilAt > untilAt) {
      // Where our own limit blocks too, it says more than the provider's count of what is left.
      if (latest !== undefined) return wait(latest, claim, now, blocked.untilAt);
      const left = units(blocked.metric, blocked.remaining);
      const why = `the provider has ${left} left, resets in ${describeSpan(blocked.untilAt - now)}`;
      return { kind: 'wait', untilAt: blocked.untilAt, why };
    }
    if (latest !== undefined) return wait(latest, claim, now, untilAt);
    return this.#admitPlace(claim);
  }

  /** Charges a call that was admitted. Never refuses, so that state can be rebuilt from a record; a call that is open already is not charged again. */
  start(call: string, at: number, claim: Claim): void {
    if (this.#open.has(call)) return;
    const open: OpenCall = [];
    for (const meter of this.#meters) {
      const amount = chargeOf(meter.metric, meter.soft ? claim.estimate : claim.worst);
      open.push(meter.window.add(at, amount), amount);
    }
    this.#open.set(call, open);
    this.#provider.start(claim.estimate);
  }

  /** Replaces what an open call reserved by what it used, at the time it started; does nothing for any other call. */
  settle(call: string, actual: CallEstimate): void {
    this.#end(call, actual);
  }

  /** Gives back all that an open call reserved, because the provider refused it and nothing was used. */
  release(call: string): void {
    this.#end(call, undefined);
  }

  /** Takes note of a provider's headers; they make calls wait and never let more through than the limits do. */
  learn(now: number, rate: RateLimit): void {
    this.#provider.learn(now, rate);
  }

  /** The same limits with the same calls under way, to try out what would become of them. */
  clone(): ModelLimits {
    const copy = new ModelLimits(this.#name, [], this.#atOnce);
    for (const meter of this.#meters) {
      copy.#meters.push({ ...meter, window: meter.window.clone() });
    }
    copy.#provider.copyFrom(this.#provider);
    for (const [call, open] of this.#open) copy.#open.set(call, [...open]);
    return copy;
  }

  /** How every limit stands at `now`, in the order given, concurrency last. */
  use(now: number): readonly LimitUse[] {
    const uses = this.#meters.map((meter, index) => {
      const held = this.#heldAt(now, index);
      const { limit, window } = meter;
      const used = window.used(now) - held;
      return { limit, used, held, capacity: window.capacity, resetAt: window.nextEndAt(now) };
    });
    const { limit } = this.#atOnceHold;
    const held = this.#open.size;
    return [...uses, { limit, used: 0, held, capacity: this.#atOnce, resetAt: undefined }];
  }

  /**
   * The clock was set back to `now`, by hand or at boot: what was charged at times still to come counts for one window
   * from now, so that nobody waits until the old times come round.
   */
  setBack(now: number): void {
    for (const open of this.#open.values()) {
      for (const [index, { window }] of this.#meters.entries()) {
        open[2 * index] = window.stampAfterSetBack(open[2 * index] ?? 0, now);
      }
    }
    for (const { window } of this.#meters) window.setBack(now);
    this.#provider.clear();
  }

  #admitPlace(claim: Claim): Admission {
    const atOnce = Math.min(this.#atOnce, this.#learned?.atOnce ?? this.#atOnce);
    if (this.#open.size < atOnce) return { kind: 'run', holds: this.#holds(claim) };
    const learned = atOnce < this.#atOnce ? ' (learned)' : '';
    const why = `${this.#open.size}/${atOnce} calls at once${learned}, free when one ends`;
    return { kind: 'wait', untilAt: undefined, why };
  }

  #end(call: string, actual: CallEstimate | undefined): void {
    const open = this.#open.get(call);
    if (open === undefined) return;
    this.#open.delete(call);
    for (let index = 0; index < this.#meters.length; index++) {
      const meter = this.#meters[index];
      if (meter === undefined) continue;
      const used = actual === undefined ? 0 : chargeOf(meter.metric, actual);
      const delta = used - (open[2 * index + 1] ?? 0);
      if (delta !== 0) meter.window.change(open[2 * index] ?? 0, delta);
    }
  }

  #heldAt(now: number, index: number): number {
    let held = 0;
    for (const open of this.#open.values()) {
      if ((open[2 * index] ?? 0) > now) held += open[2 * index + 1] ?? 0;
    }
    return held;
  }

  #holds(claim: Claim): readonly Hold[] {
    const holds: Hold[] = [];
    for (const meter of this.#meters) {
      const { metric, limit, oneCall } = meter;
      holds.push(metric === 'calls' ? oneCall : { limit, amount: claimed(meter, claim) });
    }
    holds.push(this.#atOnceHold);
    return holds;
  }
}

function createMeter(name: string, rule: LimitRule): Meter {
  const { metric, soft = false, windowMs = 0 } = rule;
  const capacity = metric === 'usd' ? microUsdOf(rule.capacity) : rule.capacity;
  const limit = `${name}: ${describeLimit(rule)}`;
  const window = new RollingWindow(capacity, windowMs);
  return { limit, rule, metric, soft, window, oneCall: { limit, amount: 1 } };
}

function claimed({ metric, soft }: Meter, { estimate, worst }: Claim): number {
  return amountOf(metric, soft ? estimate : worst);
}

function wait(meter: Meter, claim: Claim, now: number, untilAt: number): Admission {
  const { metric, window } = meter;
  const amount = claimed(meter, claim);
  const figures = { used: window.used(now), capacity: window.capacity, amount };
  return { kind: 'wait', untilAt, why: waitReason(metric, { ...figures, waitMs: untilAt - now }) };
}

function never(meter: Meter | undefined, claim: Claim): Admission {
  if (meter === undefined) return { kind: 'never', why: 'no limit lets it through' };
  const needed = units(meter.metric, claimed(meter, claim));
  const may = meter.soft ? 'needs about' : 'may use';
  return {
    kind: 'never',
    why: `the call ${may} ${needed}, more than ${describeLimit(meter.rule)} ever allows`,
  };
}
