/** How a window of tokens stands; spans are ms from the moment that it was asked. */
export interface TokenState {
  readonly limit: number;
  /** Tokens that would still be admitted now. */
  readonly remaining: number;
  /** Until the window is empty again. */
  readonly resetMs: number;
}

/** Admits tokens by an exact rolling window. Moments are epoch ms, and do not fall. */
export interface TokenWindow {
  /** Until so many would be admitted, in ms: 0 where they would be now, and the whole span for more than it ever admits. */
  waitMs(now: number, tokens: number): number;
  /** Counts so many from now on. */
  take(now: number, tokens: number): void;
  state(now: number): TokenState;
}

/** A window that admits `limit` tokens in any `(t - perMs, t]`. Keeps two numbers for each request in it. */
export function createTokenWindow(limit: number, perMs: number): TokenWindow {
  let taken: readonly { readonly at: number; readonly tokens: number }[] = [];
  const used = (now: number): number => {
    taken = taken.filter(({ at }) => at > now - perMs);
    return taken.reduce((sum, { tokens }) => sum + tokens, 0);
  };
  return {
    waitMs(now, tokens) {
      let over = used(now) + tokens - limit;
      if (over <= 0) return 0;
      for (const one of taken) {
        over -= one.tokens;
        if (over <= 0) return one.at + perMs - now;
      }
      return perMs;
    },
    take(now, tokens) {
      taken = [...taken, { at: now, tokens }];
    },
    state(now) {
      const remaining = Math.max(0, limit - used(now));
      const latest = taken.at(-1);
      return { limit, remaining, resetMs: latest === undefined ? 0 : latest.at + perMs - now };
    },
  };
}
