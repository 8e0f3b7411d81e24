import { BreakerOpenError } from '../errors/breaker-open-error.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { saidWaitMs } from '../errors/said-wait.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import {
  askBreaker,
  type BreakerSignal,
  type BreakerState,
  breakerAfter,
  closedBreaker,
  type Fault,
} from './breaker.ts';
import { describeSpan } from './limit-reasons.ts';

/** What a breaker guards, and when it opens. */
export interface BreakerOptions {
  /** What is guarded, for the words of errors: `the search service`. */
  readonly name: string;
  /** Failures in a row that open it; the default is 3. Half of the latest 10 to 20 outcomes being bad opens it as well. */
  readonly failures?: number;
  /** How long it stays open the first time, in ms; the default is 5,000. */
  readonly firstMs?: number;
  /** The longest that it stays open by itself, in ms; the default is 300,000. */
  readonly maxMs?: number;
  /** Work that takes longer than this, in ms, counts as bad although it succeeds; the default is never. */
  readonly slowMs?: number;
  /**
   * Whether an error says that what is guarded is out of order; one that does not shows that it works. By default that
   * is every error but an `OverseerError` that is not retryable.
   */
  readonly isFailure?: (error: unknown) => boolean;
  /** How long an error asks to wait, in ms; the default knows `retryAfterMs` of the error itself. */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
  /** Hears of every opening, probe and closing; must not throw. */
  readonly onChange?: (breaker: Breaker) => void;
  readonly clock?: Clock;
}

/** A circuit breaker around one thing outside: an MCP server, a webhook, a search service, a store. */
export interface Breaker {
  readonly name: string;
  readonly state: 'closed' | 'open' | 'probing';
  /** When the next probe may start, epoch ms; `undefined` unless it is open. */
  readonly untilAt: number | undefined;
  /** The latest trouble, in words; empty before the first. */
  readonly why: string;
  /** Failures in a row. */
  readonly failures: number;
  /** When the present trouble began, epoch ms; `undefined` while there is none. */
  readonly sinceAt: number | undefined;
  /**
   * Does the work and gives what it gives. While the breaker is open, and while another call is the probe, throws
   * `BreakerOpenError` and does nothing. Work that was aborted says nothing about what is guarded.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Makes a breaker: after failures it leaves a thing alone, tries it with exactly one call, and closes by itself. */
export function createBreaker(options: BreakerOptions): Breaker {
  const { name, clock = systemClock, isFailure = isOutOfOrder, retryAfterMs = askedFor } = options;
  let state: BreakerState = closedBreaker;
  let started = 0;
  const take = (signal: BreakerSignal): void => {
    const before = state.phase.kind;
    state = breakerAfter(state, signal, clock.now());
    if (state.phase.kind !== before) options.onChange?.(breaker);
  };
  const signalOf = (error: unknown, call: string): BreakerSignal => {
    if (isAbort(error)) return { type: 'unsaid', call };
    if (!isFailure(error)) return { type: 'succeeded', call };
    const asked = saidWaitMs(retryAfterMs(error));
    const fault = faultOf(options, wordsOf(error));
    if (asked === undefined) return { type: 'failed', call, fault };
    return { type: 'failed', call, fault: { ...fault, askedUntilAt: clock.now() + asked } };
  };
  const breaker: Breaker = {
    name,
    get state() {
      return state.phase.kind;
    },
    get untilAt() {
      return state.phase.kind === 'open' ? state.phase.untilAt : undefined;
    },
    get why() {
      return state.why;
    },
    get failures() {
      return state.failures;
    },
    get sinceAt() {
      return state.sinceAt;
    },
    run: async (work) => {
      const answer = askBreaker(state, clock.now());
      if (answer.kind === 'wait') throw refusal(name, answer, clock.now());
      const call = `${++started}`;
      take({ type: 'started', call });
      const startedAt = clock.now();
      try {
        const result = await work();
        take(successOf(options, call, clock.now() - startedAt));
        return result;
      } catch (error) {
        take(signalOf(error, call));
        throw error;
      }
    },
  };
  return breaker;
}

function successOf(options: BreakerOptions, call: string, tookMs: number): BreakerSignal {
  const isLate = tookMs > (options.slowMs ?? Number.POSITIVE_INFINITY);
  if (!isLate) return { type: 'succeeded', call };
  return { type: 'succeeded', call, late: faultOf(options, 'it answers too slowly') };
}

function faultOf(
  { failures = 3, firstMs = 5_000, maxMs = 300_000 }: BreakerOptions,
  why: string,
): Fault {
  return { why, after: failures, firstMs, maxMs, isFailure: true, outlives: false };
}

function refusal(
  name: string,
  { untilAt, why }: { readonly untilAt: number | undefined; readonly why: string },
  nowMs: number,
): BreakerOpenError {
  const when =
    untilAt === undefined
      ? 'wait for the call that is trying it again'
      : `it is tried again in ${describeSpan(untilAt - nowMs)}`;
  const message = `${name} is left alone after failures (${why}); ${when}.`;
  return new BreakerOpenError('breaker.open', message, untilAt);
}

function isOutOfOrder(error: unknown): boolean {
  return !OverseerError.is(error) || error.retryable;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function askedFor(error: unknown): number | undefined {
  return error instanceof Error && 'retryAfterMs' in error
    ? saidWaitMs(error.retryAfterMs)
    : undefined;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
