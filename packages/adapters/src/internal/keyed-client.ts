import type { Credential, Credentials } from '@overseer/core/spec';
import { fromEnv } from '../credentials/from-env.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';

/** How one provider takes its key, and where the key comes from. */
export interface KeyedClientOptions {
  readonly baseURL: string;
  readonly apiKey?: string | Credentials;
  readonly headers?: Readonly<Record<string, string>>;
  /** Those that may hold the key, the first before the others. */
  readonly keyVariables: readonly [string, ...string[]];
  /** The model, for people. */
  readonly where: string;
  /** The headers that carry a key; the default is `Authorization: Bearer`. */
  readonly keyHeaders?: (
    credential: Pick<Credential, 'token' | 'bearer'>,
  ) => Readonly<Record<string, string>>;
}

/**
 * A client of a provider that wants a key, which is read at each call where the host gives none, so that it may come after the
 * model and change. Without a key a call fails with kind `auth`, unless a header of the host stands in its place. Throws
 * `ConfigError` for a bad base URL.
 */
export function createKeyedClient({
  apiKey,
  keyVariables,
  ...options
}: KeyedClientOptions): HttpClient {
  return createHttpClient({ ...options, apiKey: apiKey || fromEnv(...keyVariables) });
}
