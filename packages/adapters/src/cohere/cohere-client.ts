import type { HttpClient } from '../internal/http-client.ts';
import { createKeyedClient } from '../internal/keyed-client.ts';

/** How Cohere is reached. */
export interface CohereAccess {
  /** The default is the variable `CO_API_KEY`, or else `COHERE_API_KEY`, read at the first call. */
  readonly apiKey?: string;
  /** With or without `/v1` or `/v2`. The default is the variable `CO_API_URL`, or else Cohere's own. */
  readonly baseURL?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The variables that may hold a key, in their order. */
const KEY_VARIABLES: readonly string[] = ['CO_API_KEY', 'COHERE_API_KEY'];

/** Cohere's own. */
const ORIGIN = 'https://api.cohere.com';

/** A client of Cohere, and the path below which both of its versions are. Throws `ConfigError` for a bad base URL. */
export function cohereClient(
  access: CohereAccess,
  where: string,
): { readonly client: HttpClient; readonly root: string } {
  const client = createKeyedClient({
    ...access,
    baseURL: access.baseURL ?? (process.env['CO_API_URL'] || ORIGIN),
    headers: { 'x-client-name': 'overseer', ...access.headers },
    keyVariables: KEY_VARIABLES,
    keyHeaders: (key) => ({ authorization: `Bearer ${key}` }),
    where,
  });
  return { client, root: client.path.replace(/\/v[12]$/, '') };
}
