import type { HeaderReader } from './header-reader.ts';

/**
 * How long a provider asks to wait, in ms: `retry-after-ms` or Azure's `x-ms-retry-after-ms`, else `retry-after` as seconds or as an HTTP date (RFC 9110,
 * 10.2.3). `undefined` where it does not say; never negative.
 */
export function retryAfterMs(headers: HeaderReader, now: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const ms = headers.get(name);
    if (ms !== null && isCount(ms)) return Number(ms);
  }
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  if (isCount(text)) return Number(text) * 1e3;
  // `Date.parse` makes a date of much else, such as of -5.
  const at = /\d:\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

function isCount(text: string): boolean {
  return /^\s*\d+(\.\d+)?\s*$/.test(text);
}
