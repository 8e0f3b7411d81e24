import type { EventData } from '../spec/event.ts';
import type { ModelErrorKind } from '../spec/model.ts';
import type { WaitCause } from '../spec/task-events.ts';
import { type AdaptiveState, adaptAfter, atOnce, startAdaptive } from './adaptive-concurrency.ts';
import { KeyRates } from './key-rates.ts';
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
  readonly #keys: KeyRates = new KeyRates();
  readonly #open = new Map<string, OpenCall>();
  #adaptive: AdaptiveState | undefined;

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

  /** Whether something was learned, of the model or of one of its keys, that a call which starts may lift. */
  get isLimited(): boolean {
    return !this.isQuiet || !this.#keys.isEmpty;
  }

  /** A call starts, with one of several keys where there are any. */
  start(call: string, at: number, keyName?: string): void {
    const wasFull = this.#open.size + 1 >= this.atOnce;
    this.#open.set(call, { startedAt: at, wasFull, keyName });
    this.#rateOf(keyName)?.start(at);
  }

  /** A call succeeded. */
  succeed(call: string, at: number, firstTokenMs: number | undefined): void {
    const open = this.#take(call);
    if (open === undefined) return;
    this.#rateOf(open.keyName)?.succeed(open.startedAt);
    if (this.#adaptive === undefined) return;
    const signal = { type: 'succeeded', ...open, firstTokenMs } as const;
    this.#adaptive = adaptAfter(this.#adaptive, signal, at);
  }

  /** A call failed. Of several keys, the refusals of one say nothing of how often the others may be used. */
  fail(call: string, at: number, failed: EventData['call.failed']): void {
    const open = this.#take(call);
    if (open === undefined) return;
    const { startedAt, keyName } = open;
    const isOften = failed.kind === 'rate-limit';
    if (isOften && !saysWhen(failed)) this.#rateOf(keyName)?.refuse(startedAt, at);
    if (this.#adaptive === undefined || !OVERLOADED.has(failed.kind)) return;
    if (isOften && keyName !== undefined) return;
    this.#adaptive = adaptAfter(this.#adaptive, { type: 'overloaded', startedAt }, at);
  }

  /** A call was not sent. */
  withhold(call: string): void {
    const open = this.#take(call);
    if (open !== undefined) this.#rateOf(open.keyName)?.takeBack(open.startedAt);
  }

  /** Until when a learned rate keeps calls back at `now`, with the reason; `undefined` when it does not. */
  wait(now: number): LearnedWait | undefined {
    return waitOf(this.#rate, now, '');
  }

  /** The same of what was learned of one of several keys. */
  keyWait(keyName: string, now: number): (LearnedWait & { readonly kind: 'wait' }) | undefined {
    const wait = waitOf(this.#keys.of(keyName), now, `key ${keyName}: `);
    return wait === undefined ? undefined : { kind: 'wait', ...wait };
  }

  /** How the learned limits stand at `now`; empty where nothing is learned. */
  use(now: number): readonly LimitUse[] {
    const uses = this.#rates.flatMap(({ rate, keyName }) => {
      const name = keyName === undefined ? this.#name : `${this.#name}, key ${keyName}`;
      return useOf(rate, now, name);
    });
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

  /** Rates that were learned or lifted and of which nobody was told; their growth is no news. */
  news(): readonly EventData['limit.learned'][] {
    // Asked after each call, of models most of which have one key.
    if (this.#keys.isEmpty && this.#rate.news === undefined) return NO_NEWS;
    return this.#rates.flatMap(({ rate, keyName }) => {
      const { news } = rate;
      if (news === undefined) return [];
      const ofKey = keyName === undefined ? {} : { keyName };
      if (news === 'lifted') return [{ rate: {}, because: LIFTED, ...ofKey }];
      return [{ rate: { requests: { limit: news } }, because: REFUSED, ...ofKey }];
    });
  }

  /** What `news` found was told. */
  tell({ rate, keyName }: EventData['limit.learned']): void {
    const known = keyName === undefined ? this.#rate : this.#keys.of(keyName);
    known.tell(rate.requests?.limit);
  }

  /** The clock was set forward by `byMs`, to `now`, in less time. */
  setForward(byMs: number, now: number): void {
    for (const { rate } of this.#rates) rate.setForward(byMs, now);
  }

  /** The clock was set back to `now`. */
  setBack(now: number): void {
    for (const { rate } of this.#rates) rate.setBack(now);
    if (this.#adaptive === undefined) return;
    const since = Math.min(this.#adaptive.since, now);
    this.#adaptive = { ...this.#adaptive, since };
  }

  get #rates(): readonly { readonly rate: LearnedRate; readonly keyName?: string }[] {
    const ofKeys = this.#keys.all.map(([keyName, rate]) => ({ rate, keyName }));
    return [{ rate: this.#rate }, ...ofKeys];
  }

  /** Whose rate a call with this key teaches; that of no model whose calls at once are learned. */
  #rateOf(keyName: string | undefined): LearnedRate | undefined {
    if (keyName !== undefined) return this.#keys.of(keyName);
    return this.#adaptive === undefined ? this.#rate : undefined;
  }

  #take(call: string): OpenCall | undefined {
    const open = this.#open.get(call);
    this.#open.delete(call);
    return open;
  }
}

interface OpenCall {
  readonly startedAt: number;
  readonly wasFull: boolean;
  readonly keyName: string | undefined;
}

/** Until when a learned rate keeps calls back, and why. */
export interface LearnedWait {
  readonly untilAt: number;
  readonly why: string;
  readonly on: WaitCause;
}

const NO_NEWS: readonly EventData['limit.learned'][] = [];
const LIFTED = 'it bears twice the calls that it once refused';
const REFUSED = 'it refused a call for coming too often, and said not when to come again';

function waitOf(rate: LearnedRate, now: number, whose: string): LearnedWait | undefined {
  const untilAt = rate.fitAt(now);
  if (untilAt <= now) return undefined;
  const figures = `${whose}${rate.used(now)}/${rate.perMinute} calls a minute`;
  const why = `${figures} (learned from its refusals), more in ${describeSpan(untilAt - now)}`;
  return { untilAt, why, on: { kind: 'limit', what: 'calls a minute (learned)' } };
}

function useOf(rate: LearnedRate, now: number, name: string): readonly LimitUse[] {
  const { perMinute } = rate;
  if (perMinute === undefined) return [];
  const limit = `${name}: ${perMinute} calls / 1m (learned)`;
  return [
    { limit, used: rate.used(now), held: 0, capacity: perMinute, resetAt: rate.resetAt(now) },
  ];
}

/** A provider that tells what is left, or when to come again, is heeded as it says. */
function saysWhen({ askedUntilAt, rate = {} }: EventData['call.failed']): boolean {
  if (askedUntilAt !== undefined) return true;
  return Object.values(rate).some(
    (bucket) => bucket?.remaining !== undefined && bucket.resetAt !== undefined,
  );
}
