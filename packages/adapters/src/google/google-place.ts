import { readBaseUrl } from '../internal/base-url.ts';

/** Google's own. */
const ORIGIN = 'https://generativelanguage.googleapis.com';

/**
 * Where Google's API is, with its version: the option, or else the variable `GOOGLE_GEMINI_BASE_URL`, or else Google's own;
 * without a version in it that of `GOOGLE_GENAI_API_VERSION` (`beta` is `v1beta`), or else `v1`, as Google's own client has it.
 */
export function googlePlace(option: string | undefined): string {
  const base = option ?? (process.env['GOOGLE_GEMINI_BASE_URL'] || ORIGIN);
  const { origin, path } = readBaseUrl(base);
  const has = new URL(base).pathname.replace(/\/+$/, '');
  if (/\/v\d+[a-z]*\d*$/.test(has)) return `${origin}${path}`;
  const version = process.env['GOOGLE_GENAI_API_VERSION'] || 'v1';
  return `${origin}${has}/${version === 'beta' ? 'v1beta' : version}`;
}

/** A model's path below that: a name without a kind is one of Google's own models. */
export function modelPath(id: string): string {
  const parts = id.split('/').map(encodeURIComponent);
  return parts.length === 1 ? `models/${parts[0]}` : parts.join('/');
}
