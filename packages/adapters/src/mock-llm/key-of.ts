import type { IncomingHttpHeaders } from 'node:http';

const HEADERS = ['authorization', 'x-api-key', 'x-goog-api-key'] as const;

/** The key or token that a request came with, in whichever header its provider takes it; `undefined` where it has none. */
export function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const name = HEADERS.find((one) => headers[one] !== undefined);
  const value = name === undefined ? '' : String(headers[name]).replace(/^Bearer\s+/i, '');
  return value === '' ? undefined : value;
}
