import type { RateBucket, RateLimit } from '../spec/model.ts';
import type { HeaderReader } from './header-reader.ts';
import { parseDuration } from './parse-duration.ts';

type Bucket = keyof RateLimit;

/** One provider's way to tell one bucket. */
interface HeaderForm {
  readonly bucket: Bucket;
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
  readonly readReset: (text: string, now: number) => number | undefined;
}

/** The first form that is present wins for its bucket, so the exact ones come before the vague. */
const FORMS: readonly HeaderForm[] = [
  openAi('requests', 'requests'),
  openAi('tokens', 'tokens'),
  openAi('tokens', 'tokens_usage_based'),
  anthropic('requests', 'requests'),
  anthropic('tokens', 'tokens'),
  anthropic('inputTokens', 'input-tokens'),
  anthropic('outputTokens', 'output-tokens'),
  plain('requests', 'x-ratelimit-', ''),
  plain('requests', 'ratelimit-', ''),
  plain('requests', 'x-trial-endpoint-call-', ''),
];

/** Those who tell several limits of one kind by the spans that these hold for, some without a reset. */
const BY_SPAN = (
  [
    ['minute', 60_000],
    ['hour', 3_600_000],
    ['day', 86_400_000],
  ] as const
).flatMap(([span, spanMs]) => [
  { form: openAi('requests', `requests-${span}`), spanMs },
  { form: openAi('requests', `req-${span}`), spanMs },
  { form: openAi('tokens', `tokens-${span}`), spanMs },
]);

/**
 * A provider's rate limits from its response headers, in all forms known here: OpenAI's `x-ratelimit-*-requests` and
 * `-tokens` (also `_usage_based`), Anthropic's `anthropic-ratelimit-*`, the common `x-ratelimit-*` and `ratelimit-*`,
 * Cohere's trial counter, and where there is none of these `x-ratelimit-*-requests-minute` and its kin, as Mistral and Cerebras have them.
 * `undefined` where there is none; negative and empty values, and limits of 0, count as not said.
 */
export function rateLimit(headers: HeaderReader, now: number): RateLimit | undefined {
  let found: Found | undefined;
  for (const form of FORMS) {
    if (found?.[form.bucket] !== undefined) continue;
    const bucket = readBucket(headers, form, now);
    if (bucket === undefined) continue;
    found ??= {};
    found[form.bucket] = bucket;
  }
  return found ?? rateBySpan(headers, now);
}

type Found = { [bucket in Bucket]?: RateBucket };

/** Of the limits of one kind, the one of which least is left counts, and of two that are equal the longer. */
function rateBySpan(headers: HeaderReader, now: number): RateLimit | undefined {
  let found: Found | undefined;
  for (const { form, spanMs } of BY_SPAN) {
    const bucket = readBucket(headers, form, now);
    if (bucket?.remaining === undefined) continue;
    found ??= {};
    const known = found[form.bucket];
    if (known !== undefined && bucket.remaining > (known.remaining ?? 0)) continue;
    found[form.bucket] = { resetAt: now + spanMs, ...bucket };
  }
  return found;
}

function readBucket(headers: HeaderReader, form: HeaderForm, now: number): RateBucket | undefined {
  // All who tell a limit tell what is left of it; most answers tell neither, and each look costs.
  const left = headers.get(form.remaining);
  if (left === null) return undefined;
  const bound = headers.get(form.limit);
  const remaining = isUnknown(bound) && readCount(left) === 0 ? undefined : readCount(left);
  const limit = isUnknown(bound) ? undefined : readCount(bound);
  if (limit === undefined && remaining === undefined) return undefined;
  const reset = headers.get(form.reset);
  const resetAt = reset === null ? undefined : form.readReset(reset, now);
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetAt === undefined ? {} : { resetAt }),
  };
}

function readCount(text: string | null): number | undefined {
  // Azure sends -1 for "unknown".
  return text !== null && /^\s*\d+\s*$/.test(text) ? Number(text) : undefined;
}

/** Azure gives -1 or 0 as the limit where it knows none, and then 0 as what is left of it. */
function isUnknown(limit: string | null): boolean {
  return limit !== null && /^\s*(?:-\d+|0+)\s*$/.test(limit);
}

function openAi(bucket: Bucket, name: string): HeaderForm {
  return {
    bucket,
    limit: `x-ratelimit-limit-${name}`,
    remaining: `x-ratelimit-remaining-${name}`,
    reset: `x-ratelimit-reset-${name}`,
    readReset: resetOfAnyKind,
  };
}

function anthropic(bucket: Bucket, name: string): HeaderForm {
  return plain(bucket, `anthropic-ratelimit-${name}-`, '');
}

function plain(bucket: Bucket, before: string, after: string): HeaderForm {
  return {
    bucket,
    limit: `${before}limit${after}`,
    remaining: `${before}remaining${after}`,
    reset: `${before}reset${after}`,
    readReset: resetOfAnyKind,
  };
}

/** A span (`6m0s`, `30`), an epoch in seconds or ms, or a date. */
function resetOfAnyKind(text: string, now: number): number | undefined {
  const span = parseDuration(text);
  if (span === undefined) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? undefined : at;
  }
  // A bare number above a year of seconds can only be a moment.
  if (/^\d+$/.test(text.trim()) && span > 3.2e10) return span >= 1e15 ? span / 1e3 : span;
  return now + span;
}
