import type { EventData } from '../spec/event.ts';
import type { ModelErrorKind } from '../spec/model.ts';
import type { WaitCause } from '../spec/task-events.ts';
import { type AdaptiveState, adaptAfter, atOnce, startAdaptive } from './adaptive-concurrency.ts';
import { LearnedRate } from './learned-rate.ts';
import { describeSpan } from './limit-reasons.ts';
import type { LimitUse } from './model-limits.ts';

/** Kinds of failure of a server that has too much to do. */
const OVERLOADED: ReadonlySet<ModelErrorKind> = new Set<ModelErrorKind>([
  'rate-limit',
  'overloaded',
  'server',
  'timeout',
]);

/**
 * What was learned of one model's limits from how it answers, folded from its calls: how many calls at once, where that
 * was asked for, else how many a minute. What is learned only tightens what is declared. Times are epoch ms.
 */
export class LearnedLimits {
  readonly #name: string;
  readonly #rate: LearnedRate = new LearnedRate();
  readonly #open = new Map<string, { readonly startedAt: number; readonly wasFull: boolean }>();
  #adaptive: AdaptiveState | undefined;
  #told: number | undefined;

  /** `max` is the most calls at once, for a model whose number is learned; `undefined` for one whose number is declared. */
  constructor(name: string, max: number | undefined) {
    this.#name = name;
    this.#adaptive = max === undefined ? undefined : startAdaptive(max);
  }

  /** Calls at once; infinity where nothing is learned. */
  get atOnce(): number {
    return this.#adaptive === undefined ? Number.POSITIVE_INFINITY : atOnce(this.#adaptive);
  }

  /** Whether no rate was learned, so that none keeps a call back. */
  get isQuiet(): boolean {
    return this.#rate.perMinute === undefined;
  }

  /** A call starts. */
  start(call: string, at: number): void {
    const wasFull = this.#open.size + 1 >= this.atOnce;
    this.#open.set(call, { startedAt: at, wasFull });
    if (this.#adaptive === undefined) this.#rate.start(at);
  }

  /** A call succeeded. */
  succeed(call: string, at: number, firstTokenMs: number | undefined): void {
    const open = this.#take(call);
    if (open === undefined) return;
    this.#rate.succeed(open.startedAt);
    if (this.#adaptive === undefined) return;
    const signal = { type: 'succeeded', ...open, firstTokenMs } as const;
    this.#adaptive = adaptAfter(this.#adaptive, signal, at);
  }

  /** A call failed; `ofKey`: it went out with one of several keys, whose refusals say nothing of how often the others may be used. */
  fail(call: string, at: number, failed: EventData['call.failed'], ofKey = false): void {
    const open = this.#take(call);
    if (open === undefined) return;
    const { startedAt } = open;
    if (this.#adaptive !== undefined) {
      if (!OVERLOADED.has(failed.kind)) return;
      this.#adaptive = adaptAfter(this.#adaptive, { type: 'overloaded', startedAt }, at);
    } else if (failed.kind === 'rate-limit' && !ofKey && !saysWhen(failed)) {
      this.#rate.refuse(startedAt, at);
    }
  }

  /** A call was not sent. */
  withhold(call: string): void {
    const open = this.#take(call);
    if (open !== undefined && this.#adaptive === undefined) this.#rate.takeBack(open.startedAt);
  }

  /** Until when a learned rate keeps calls back at `now`, with the reason; `undefined` when it does not. */
  wait(
    now: number,
  ): { readonly untilAt: number; readonly why: string; readonly on: WaitCause } | undefined {
    const untilAt = this.#rate.fitAt(now);
    if (untilAt <= now) return undefined;
    const figures = `${this.#rate.used(now)}/${this.#rate.perMinute} calls a minute`;
    const why = `${figures} (learned from its refusals), more in ${describeSpan(untilAt - now)}`;
    return { untilAt, why, on: { kind: 'limit', what: 'calls a minute (learned)' } };
  }

  /** How the learned limits stand at `now`; empty where nothing is learned. */
  use(now: number): readonly LimitUse[] {
    const uses: LimitUse[] = [];
    const { perMinute } = this.#rate;
    if (perMinute !== undefined) {
      uses.push({
        limit: `${this.#name}: ${perMinute} calls / 1m (learned)`,
        used: this.#rate.used(now),
        held: 0,
        capacity: perMinute,
        resetAt: this.#rate.resetAt(now),
      });
    }
    if (this.#adaptive !== undefined) {
      uses.push({
        limit: `${this.#name}: ${this.atOnce} at once (learned, ${this.#adaptive.max} at most)`,
        used: 0,
        held: this.#open.size,
        capacity: this.atOnce,
        resetAt: undefined,
      });
    }
    return uses;
  }

  /** A rate that was learned or lifted and of which nobody was told; its growth is no news. */
  news(): EventData['limit.learned'] | undefined {
    const { perMinute } = this.#rate;
    if (perMinute === undefined) {
      if (this.#told === undefined) return undefined;
      return { rate: {}, because: 'it bears twice the calls that it once refused' };
    }
    if (this.#told !== undefined && perMinute >= this.#told) return undefined;
    const because = 'it refused a call for coming too often, and said not when to come again';
    return { rate: { requests: { limit: perMinute } }, because };
  }

  /** What `news` found was told. */
  tell({ rate }: EventData['limit.learned']): void {
    this.#told = rate.requests?.limit;
  }

  /** The clock was set forward by `byMs`, to `now`, in less time. */
  setForward(byMs: number, now: number): void {
    this.#rate.setForward(byMs, now);
  }

  /** The clock was set back to `now`. */
  setBack(now: number): void {
    this.#rate.setBack(now);
    if (this.#adaptive === undefined) return;
    const since = Math.min(this.#adaptive.since, now);
    this.#adaptive = { ...this.#adaptive, since };
  }

  #take(call: string): { readonly startedAt: number; readonly wasFull: boolean } | undefined {
    const open = this.#open.get(call);
    this.#open.delete(call);
    return open;
  }
}

/** A provider that tells what is left, or when to come again, is heeded as it says. */
function saysWhen({ askedUntilAt, rate = {} }: EventData['call.failed']): boolean {
  if (askedUntilAt !== undefined) return true;
  return Object.values(rate).some(
    (bucket) => bucket?.remaining !== undefined && bucket.resetAt !== undefined,
  );
}
