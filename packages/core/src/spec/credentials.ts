import type { RateLimit } from './model.ts';

/** A key or token, as one call sends it. Whoever holds one writes it down nowhere. */
export interface Credential {
  readonly token: string;
  /** Tells it from other keys, and nothing of it: a name, or a part of a hash. */
  readonly keyId: string;
  /** Epoch ms; absent where it stays good until somebody changes it. */
  readonly expiresAt?: number;
  /** An OAuth access token, which goes out as `Authorization: Bearer` also where the provider has a header of its own for keys. */
  readonly bearer?: true;
}

/** What became of a call that a credential was sent with, as far as that is about the credential. */
export type CredentialOutcome =
  | { readonly kind: 'accepted'; readonly rate?: RateLimit }
  | {
      readonly kind: 'refused';
      readonly because: 'auth' | 'permission' | 'rate-limit' | 'quota';
      /** Until when the provider asked to be left alone with it, epoch ms. */
      readonly untilAt?: number;
    };

/** Where the keys of a provider come from. Asked before each call, so that a key changes without a restart. */
export interface Credentials {
  readonly spec: 'credentials/1';
  /** What they are, for people and without anything secret: `the variable OPENAI_API_KEY`. */
  readonly name: string;
  /** Stays the same as long as these are the same credentials, whatever the key is today, and is never secret. */
  readonly keyId: string;
  /** Calls go out with one of several keys: what an answer says of limits is that key's, and told to `settle` alone. */
  readonly several?: true;
  /** The names of those keys, never a key itself: an overseer says by `keyName` which one a call goes out with, and keeps limits and a breaker of each. */
  readonly keyNames?: readonly string[];
  /**
   * What the next call sends; never older than the latest `settle`. Throws `OverseerError`: not retryable where a person has to do
   * something first, retryable where waiting may cure it, and lets go of the caller when `signal` aborts. `keyName` asks for that key of
   * several and for no other, whatever is known of it.
   */
  get(ctx: { readonly signal: AbortSignal; readonly keyName?: string }): Promise<Credential>;
  /**
   * Hears what became of a call. Of a refusal it says whether the next `get` may give another key or token, so that trying again at
   * once may help. Must not throw, wait or take long.
   */
  settle?(credential: Credential, outcome: CredentialOutcome): boolean;
}
