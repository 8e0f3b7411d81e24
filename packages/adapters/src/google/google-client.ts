import type { HttpClient } from '../internal/http-client.ts';
import { createKeyedClient } from '../internal/keyed-client.ts';
import { googlePlace } from './google-place.ts';

/** How Google's Gemini API is reached. */
export interface GoogleAccess {
  /** The default is the variable `GOOGLE_API_KEY`, or else `GEMINI_API_KEY`, read at the first call. */
  readonly apiKey?: string;
  /** With or without a version such as `/v1beta`. The default is the variable `GOOGLE_GEMINI_BASE_URL`, or else Google's own. */
  readonly baseURL?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The variables that may hold a key, in the order of Google's own client. */
const KEY_VARIABLES: readonly string[] = ['GOOGLE_API_KEY', 'GEMINI_API_KEY'];

/** A client of the Gemini API, whose key goes in a header. Throws `ConfigError` for a bad base URL. */
export function googleClient(access: GoogleAccess, where: string): HttpClient {
  return createKeyedClient({
    ...access,
    baseURL: googlePlace(access.baseURL),
    keyVariables: KEY_VARIABLES,
    keyHeaders: (key) => ({ 'x-goog-api-key': key }),
    where,
  });
}
