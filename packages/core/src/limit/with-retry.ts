import { OverseerError } from '../errors/overseer-error.ts';
import { saidWaitMs } from '../errors/said-wait.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { sleep } from '../internal/sleep.ts';
import { type BackoffOptions, backoffMs } from './backoff.ts';

/** What is told of a try that failed and will be made again. */
export interface RetryNotice {
  /** Which try failed, from 1. */
  readonly attempt: number;
  readonly error: unknown;
  /** How long is waited before the next, in ms. */
  readonly waitMs: number;
}

/** How work is tried again. */
export interface RetryOptions extends Pick<BackoffOptions, 'baseMs' | 'maxMs'> {
  /** Tries in all, 1 or more; the default is 5. */
  readonly attempts?: number;
  /** How long all tries and waits may take together, in ms; no wait begins that would pass it. The default is without end. */
  readonly withinMs?: number;
  /** Whether trying again may help. By default it may after every error but an abort and an `OverseerError` that is not retryable. */
  readonly isRetryable?: (error: unknown) => boolean;
  /** How long an error asks to wait, in ms; the default knows `retryAfterMs` and, as of a breaker that is open, `untilAt` of the error itself. */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
  /** Ends the waiting at once; the work has to hear it by itself. */
  readonly signal?: AbortSignal;
  /** Hears of every failure that is tried again; must not throw. */
  readonly onRetry?: (notice: RetryNotice) => void;
  readonly clock?: Clock;
  /** Gives 0 to 1; the default is `Math.random`. */
  readonly random?: () => number;
}

/**
 * Does work until it succeeds, with longer and longer waits of random length in between (`backoffMs`), and never less
 * than was asked for. `work` is told which try it is, from 1. Throws what the last try threw; throws the reason of
 * `signal` when that aborts, before a try or in a wait.
 */
export async function withRetry<T>(
  work: (attempt: number) => Promise<T> | T,
  options: RetryOptions = {},
): Promise<T> {
  const { attempts = 5, signal, onRetry, clock = systemClock } = options;
  const startedAt = clock.now();
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= attempts || !mayHelp(error, options)) throw error;
      const waitMs = waitAfter(error, attempt, options, clock);
      const left = (options.withinMs ?? Number.POSITIVE_INFINITY) - (clock.now() - startedAt);
      if (waitMs > left) throw error;
      onRetry?.({ attempt, error, waitMs });
      await sleep(waitMs, clock, signal);
    }
  }
}

function mayHelp(error: unknown, { isRetryable = isCurable, signal }: RetryOptions): boolean {
  return signal?.aborted !== true && isRetryable(error);
}

function isCurable(error: unknown): boolean {
  if (error instanceof Error && error.name === 'AbortError') return false;
  return !OverseerError.is(error) || error.retryable;
}

function waitAfter(
  error: unknown,
  attempt: number,
  { baseMs, maxMs, retryAfterMs, random = Math.random }: RetryOptions,
  clock: Clock,
): number {
  const asked =
    retryAfterMs === undefined ? askedFor(error, clock) : saidWaitMs(retryAfterMs(error));
  const options: BackoffOptions = {
    ...(baseMs === undefined ? {} : { baseMs }),
    ...(maxMs === undefined ? {} : { maxMs }),
    ...(asked === undefined ? {} : { retryAfterMs: asked }),
  };
  return backoffMs(attempt, options, random);
}

function askedFor(error: unknown, clock: Clock): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const asked = 'retryAfterMs' in error ? saidWaitMs(error.retryAfterMs) : undefined;
  if (asked !== undefined || !('untilAt' in error)) return asked;
  return typeof error.untilAt === 'number'
    ? saidWaitMs(Math.max(0, error.untilAt - clock.now()))
    : undefined;
}
