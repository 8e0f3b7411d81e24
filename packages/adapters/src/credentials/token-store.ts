/** What a sign-in left: the refresh token outlives the access token. */
export interface StoredTokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** Epoch ms. */
  readonly expiresAt?: number;
}

/** Where tokens are kept between calls and processes. */
export interface TokenStore {
  /** For people. */
  readonly name: string;
  /** Does work that nobody else with this store does meanwhile. `tokens` is what is kept; `save` replaces it, by nothing where there is nothing. */
  exclusive<T>(
    work: (
      tokens: StoredTokens | undefined,
      save: (tokens: StoredTokens | undefined) => Promise<void>,
    ) => Promise<T>,
  ): Promise<T>;
}

/** Keeps tokens in memory, for tests and for clients that need nobody to sign in. */
export function memoryTokens(): TokenStore {
  let kept: StoredTokens | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    name: 'memory',
    exclusive: (work) => {
      const mine = last.then(() =>
        work(kept, async (tokens) => {
          kept = tokens;
        }),
      );
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
