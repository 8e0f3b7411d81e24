import type { TokenState } from './token-window.ts';

/** Whether a request is admitted, and what the window looks like after it; spans are ms from `at`. */
export interface WindowAdmission {
  readonly admitted: boolean;
  /** When it was asked, in epoch ms. */
  readonly at: number;
  readonly limit: number;
  /** Requests that would still be admitted now. */
  readonly remaining: number;
  /** Until the next request would be admitted; 0 when one would be now. */
  readonly retryAfterMs: number;
  /** Until the window is empty again: what providers call its reset. */
  readonly resetMs: number;
  /** The same of tokens, where they are limited too. */
  readonly tokens?: TokenState;
}

/** Admits requests by an exact rolling window. */
export interface WindowLimiter {
  /** Asks for one request at `now` (epoch ms, not falling). Only an admitted request counts. */
  admit(now: number): WindowAdmission;
  /** How it stands at `now`, as a refusal. */
  look(now: number): WindowAdmission;
}

/**
 * A limiter that never admits more than `requests` in any half-open window `(t - perMs, t]`, and never refuses one
 * that would fit. Keeps one number an admitted request, so at most `requests` of them.
 */
export function createWindowLimiter(limit: {
  readonly requests: number;
  readonly perMs: number;
}): WindowLimiter {
  let admittedAt: number[] = [];
  let oldest = 0;
  const forget = (now: number): void => {
    while (oldest < admittedAt.length && (admittedAt[oldest] ?? now) <= now - limit.perMs) oldest++;
    if (oldest > 1024 && oldest * 2 > admittedAt.length) {
      admittedAt = admittedAt.slice(oldest);
      oldest = 0;
    }
  };
  const stateAt = (now: number, admitted: boolean): WindowAdmission => {
    const remaining = limit.requests - (admittedAt.length - oldest);
    return {
      admitted,
      at: now,
      limit: limit.requests,
      remaining,
      retryAfterMs: remaining > 0 ? 0 : (admittedAt[oldest] ?? now) + limit.perMs - now,
      resetMs: (admittedAt.at(-1) ?? now - limit.perMs) + limit.perMs - now,
    };
  };
  return {
    admit(now) {
      forget(now);
      const admitted = admittedAt.length - oldest < limit.requests;
      if (admitted) admittedAt.push(now);
      return stateAt(now, admitted);
    },
    look(now) {
      forget(now);
      return stateAt(now, false);
    },
  };
}
