import { SpendRate } from '../limit/spend-rate.ts';
import type { Hedge } from '../route/hedge-options.ts';
import { ExpectedDurations } from '../schedule/expected-durations.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { TaskKind } from '../spec/task.ts';
import type { OpenCall } from './expected-ends.ts';
import { outputKey } from './output-key.ts';

/** First words that are looked at, of each model and kind. */
const KEPT = 100;
/** Calls of which fewer say nothing about the next. */
const LEAST = 20;
/** Calls whose share may be saved up, so that a calm day does not pay for a storm of hedges. */
const SAVED = 1_000;
/** Shares are added up, and ten tenths are not always one. */
const DUST = 1e-9;

interface OpenHedge {
  /** The call that it hedges. */
  readonly of: string;
  readonly worst: CallEstimate;
}

/** What hedging came to. Money is in micro-dollars. */
export interface HedgeUse {
  /** Calls that were asked twice, those under way left out. */
  readonly ended: number;
  /** Second calls under way, and what these hold. */
  readonly open: number;
  readonly heldMicroUsd: number;
  /** How many more calls may be asked twice now. */
  readonly left: number;
  /** What was charged for calls that did not give the answer. */
  readonly microUsd: number;
  /** The same over the last hour. */
  readonly rate: SpendRate;
}

/**
 * What hedging goes by: how long first words took, how many calls may still be asked twice, and what that cost. A fold of
 * events. At no time have more calls been hedged than the share of those that began.
 */
export class HedgeBook {
  readonly #hedge: Hedge;
  readonly #firstWords = new ExpectedDurations(KEPT);
  /** Hedges under way, by id. */
  readonly #open = new Map<string, OpenHedge>();
  readonly #rate = new SpendRate();
  #credit = 0;
  #asked = 0;
  #microUsd = 0;

  constructor(hedge: Hedge) {
    this.#hedge = hedge;
  }

  /** Whether one more call may be asked twice. */
  get mayHedge(): boolean {
    return this.#credit >= 1 - DUST;
  }

  /** After how many ms without a first word a call of a model is late; `undefined` where nobody knows. */
  lateAfter(model: string, kind: TaskKind): number | undefined {
    const { after } = this.#hedge;
    if ('ms' in after) return after.ms;
    const of = (key: string): number | undefined =>
      this.#firstWords.percentile(key, after.percentile, LEAST);
    return of(outputKey(model, kind)) ?? of(model);
  }

  /** What hedging came to so far, as far as events are known. */
  use(): HedgeUse {
    let heldMicroUsd = 0;
    for (const { worst } of this.#open.values()) heldMicroUsd += worst.microUsd;
    return {
      ended: this.#asked - this.#open.size,
      open: this.#open.size,
      heldMicroUsd,
      left: Math.floor(this.#credit + DUST),
      microUsd: this.#microUsd,
      rate: this.#rate,
    };
  }

  /** Takes one event into account; `calls` are the calls under way before it. */
  take(event: OverseerEvent, calls: ReadonlyMap<string, OpenCall>): void {
    switch (event.type) {
      case 'call.started':
        this.#start(event);
        return;
      case 'call.finished':
        this.#finish(event, calls);
        return;
      case 'call.failed':
        this.#fail(event, calls.get(event.call ?? ''));
        return;
      case 'call.withheld':
        this.#withhold(event.call ?? '');
        return;
      default:
    }
  }

  #start({ call = '', data }: OverseerEvent<'call.started'>): void {
    const { share } = this.#hedge;
    if (data.hedge === undefined) {
      this.#credit = Math.min(Math.max(1, SAVED * share), this.#credit + share);
      return;
    }
    this.#open.set(call, { of: data.hedge.of, worst: data.worst });
    this.#asked += 1;
    this.#credit = Math.max(0, this.#credit - 1);
  }

  #finish(
    { call = '', at, data }: OverseerEvent<'call.finished'>,
    calls: ReadonlyMap<string, OpenCall>,
  ): void {
    this.#noteFirstWord(calls.get(call), data.firstTokenMs ?? data.durationMs);
    const hedge = this.#open.get(call);
    this.#open.delete(call);
    // What came while the other was still under way is not the answer yet, and seldom becomes it.
    if (hedge !== undefined && calls.has(hedge.of)) this.#pay(at, data.settled);
  }

  #fail({ call = '', at, data }: OverseerEvent<'call.failed'>, open: OpenCall | undefined): void {
    const isHedge = this.#open.delete(call);
    if (isHedge || data.lostTo !== undefined) this.#pay(at, data.settled);
    // One that was broken off for being late is as late as that, or those that are not would seem to be.
    if (!isHedge && data.lostTo !== undefined && open !== undefined) {
      this.#noteFirstWord(open, Math.max(0, at - open.startedAt));
    }
  }

  /** A call was not sent: as if it had not begun. */
  #withhold(call: string): void {
    const { share } = this.#hedge;
    if (!this.#open.delete(call)) {
      this.#credit = Math.max(0, this.#credit - share);
      return;
    }
    this.#asked -= 1;
    this.#credit = Math.min(Math.max(1, SAVED * share), this.#credit + 1);
  }

  #pay(at: number, settled: CallEstimate): void {
    this.#microUsd += settled.microUsd;
    this.#rate.note(at, settled);
  }

  #noteFirstWord(open: OpenCall | undefined, ms: number): void {
    if (open === undefined) return;
    this.#firstWords.note(outputKey(open.model, open.kind), ms);
    this.#firstWords.note(open.model, ms);
  }
}
