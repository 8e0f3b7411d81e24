import { ModelError } from '@overseer/core/plugin';
import { readBaseUrl } from './base-url.ts';
import { hideSecrets, secretsOf } from './hide-secrets.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';

/** How one provider takes its key, and where the key comes from. */
export interface KeyedClientOptions {
  readonly baseURL: string;
  readonly apiKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Those that may hold the key, the first before the others. */
  readonly keyVariables: readonly string[];
  /** The model, for people. */
  readonly where: string;
  /** The headers that carry a key. */
  readonly keyHeaders: (key: string) => Readonly<Record<string, string>>;
}

/**
 * A client of a provider that wants a key, which is read at the first call where the host gives none, so that it may come
 * after the model. Without a key that call fails with kind `auth`, unless a header of the host stands in its place. Throws
 * `ConfigError` for a bad base URL.
 */
export function createKeyedClient(options: KeyedClientOptions): HttpClient {
  const { baseURL, headers } = options;
  const base = readBaseUrl(baseURL);
  let made: HttpClient | undefined;
  const client = (): HttpClient => {
    made ??= createHttpClient({ baseURL, headers: { ...ownHeaders(options), ...headers } });
    return made;
  };
  return {
    ...base,
    transport: (ctx) => client().transport(ctx),
    hide: (error, ctx) =>
      made?.hide(error, ctx) ??
      hideSecrets(error, [...secretsOf(headers), ...secretsOf(ctx.headers)]),
    [Symbol.dispose]: () => {
      made?.[Symbol.dispose]();
      made = undefined;
    },
  };
}

function ownHeaders(options: KeyedClientOptions): Readonly<Record<string, string>> {
  const { apiKey, headers = {}, keyVariables, keyHeaders, where } = options;
  const key = [apiKey, ...keyVariables.map((name) => process.env[name])].find(Boolean);
  if (key !== undefined) return keyHeaders(key);
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  if (Object.keys(keyHeaders('')).some((name) => given.has(name))) return {};
  const what = `there is no API key; set ${keyVariables.join(' or ')}, or pass apiKey`;
  throw new ModelError('auth', `${where}: ${what}`);
}
