/** How long to wait between tries; all in ms. */
export interface BackoffOptions {
  /** The most that the first wait takes; 1 s where left out. */
  readonly baseMs?: number;
  /** The most that any wait takes that the server did not ask for; 60 s where left out. */
  readonly maxMs?: number;
  /** How long the server asked to wait. */
  readonly retryAfterMs?: number;
}

/** A server that asks for a longer wait is asked again after a day. */
const LONGEST_MS = 86_400_000;

/**
 * How long to wait after the `attempt`-th failure in a row (from 1), in whole ms: a random part of a bound that doubles
 * each time ("full jitter": Brooker, "Exponential Backoff And Jitter", 2015). What the server asked for is waited in
 * full, up to a day, and the jitter comes on top of it, so that all who were refused do not come back at once.
 * `random` gives 0 to 1.
 */
export function backoffMs(attempt: number, options: BackoffOptions, random: () => number): number {
  const { baseMs = 1_000, maxMs = 60_000, retryAfterMs = 0 } = options;
  const bound = Math.min(maxMs, baseMs * 2 ** Math.max(0, attempt - 1));
  const asked = retryAfterMs > 0 ? Math.min(retryAfterMs, LONGEST_MS) : 0;
  const jitter = random() * (asked === 0 ? bound : Math.min(bound, baseMs));
  return Math.ceil(asked + jitter);
}
