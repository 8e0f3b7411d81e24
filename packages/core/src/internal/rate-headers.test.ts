import { describe, expect, it } from 'vitest';
import { parseDuration } from './parse-duration.ts';
import { rateLimit } from './rate-headers.ts';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.UTC(2026, 0, 1);

describe('rate-limit headers', () => {
  it("L2: reads OpenAI's, whose resets are spans", () => {
    const headers = new Headers({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '12ms',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-tokens': '6m0s',
    });
    expect(rateLimit(headers, NOW)).toEqual({
      requests: { limit: 60, remaining: 59, resetAt: NOW + 12 },
      tokens: { limit: 150_000, remaining: 149_984, resetAt: NOW + 360_000 },
    });
  });

  it("L2: reads Anthropic's four buckets, whose resets are dates", () => {
    const names = ['requests', 'tokens', 'input-tokens', 'output-tokens'];
    const entries = names.flatMap((name, index) => [
      [`anthropic-ratelimit-${name}-limit`, String(100 + index)],
      [`anthropic-ratelimit-${name}-remaining`, String(50 + index)],
      [`anthropic-ratelimit-${name}-reset`, '2026-01-01T00:01:00Z'],
    ]);
    const resetAt = NOW + 60_000;
    expect(rateLimit(new Headers(Object.fromEntries(entries)), NOW)).toEqual({
      requests: { limit: 100, remaining: 50, resetAt },
      tokens: { limit: 101, remaining: 51, resetAt },
      inputTokens: { limit: 102, remaining: 52, resetAt },
      outputTokens: { limit: 103, remaining: 53, resetAt },
    });
  });

  it.each([
    [
      'usage-based tokens',
      {
        'x-ratelimit-limit-tokens_usage_based': '9',
        'x-ratelimit-remaining-tokens_usage_based': '8',
      },
      { tokens: { limit: 9, remaining: 8 } },
    ],
    [
      'limits by the span that they hold for, without a reset',
      {
        'x-ratelimit-limit-req-minute': '60',
        'x-ratelimit-remaining-req-minute': '59',
        'x-ratelimit-limit-tokens-minute': '50000',
        'x-ratelimit-remaining-tokens-minute': '47196',
      },
      {
        requests: { limit: 60, remaining: 59, resetAt: NOW + 60_000 },
        tokens: { limit: 50_000, remaining: 47_196, resetAt: NOW + 60_000 },
      },
    ],
    [
      'of several spans that of which least is left',
      {
        'x-ratelimit-limit-requests-minute': '30',
        'x-ratelimit-remaining-requests-minute': '29',
        'x-ratelimit-reset-requests-minute': '12.5',
        'x-ratelimit-limit-requests-day': '14400',
        'x-ratelimit-remaining-requests-day': '3',
        'x-ratelimit-reset-requests-day': '33011.382867',
        'x-ratelimit-remaining-tokens-hour': '9',
        'x-ratelimit-remaining-tokens-day': '9',
      },
      {
        requests: { limit: 14_400, remaining: 3, resetAt: NOW + 33_011_382.867 },
        tokens: { remaining: 9, resetAt: NOW + 86_400_000 },
      },
    ],
    [
      'the common form with an epoch in seconds',
      {
        'x-ratelimit-limit': '5',
        'x-ratelimit-remaining': '4',
        'x-ratelimit-reset': String(NOW / 1e3 + 10),
      },
      { requests: { limit: 5, remaining: 4, resetAt: NOW + 10_000 } },
    ],
    [
      'the common form with an epoch in ms',
      { 'x-ratelimit-remaining': '4', 'x-ratelimit-reset': String(NOW + 10) },
      { requests: { remaining: 4, resetAt: NOW + 10 } },
    ],
    [
      'the draft standard, in seconds from now',
      { 'ratelimit-limit': '5', 'ratelimit-remaining': '4', 'ratelimit-reset': '30' },
      { requests: { limit: 5, remaining: 4, resetAt: NOW + 30_000 } },
    ],
    [
      "Cohere's trial counter",
      { 'x-trial-endpoint-call-limit': '20', 'x-trial-endpoint-call-remaining': '19' },
      { requests: { limit: 20, remaining: 19 } },
    ],
    [
      "Azure's unknown as unknown",
      { 'x-ratelimit-limit-requests': '-1', 'x-ratelimit-remaining-requests': '7' },
      { requests: { remaining: 7 } },
    ],
    [
      "Azure's limit of 0 as unknown, with what is left of it",
      {
        'x-ratelimit-limit-tokens': '0',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-limit-requests': '-1',
        'x-ratelimit-remaining-requests': '0',
      },
      undefined,
    ],
    [
      'that all of a known limit is used up',
      { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '0' },
      { requests: { limit: 60, remaining: 0 } },
    ],
    [
      'spans of several units and parts of one',
      {
        'x-ratelimit-remaining-requests': '1',
        'x-ratelimit-reset-requests': '2m59.56s',
        'x-ratelimit-remaining-tokens': '2',
        'x-ratelimit-reset-tokens': '1d2h',
      },
      {
        requests: { remaining: 1, resetAt: NOW + 179_560 },
        tokens: { remaining: 2, resetAt: NOW + 26 * 3_600_000 },
      },
    ],
    [
      'a reset as a date of HTTP',
      {
        'x-ratelimit-remaining': '4',
        'x-ratelimit-reset': 'Thu, 01 Jan 2026 00:00:30 GMT',
      },
      { requests: { remaining: 4, resetAt: NOW + 30_000 } },
    ],
  ])('L2: reads %s', (_, headers, expected) => {
    expect(rateLimit(new Headers(headers), NOW)).toEqual(expected);
  });

  it('L2: says nothing where the provider says nothing', () => {
    expect(rateLimit(new Headers({ 'content-type': 'text/plain' }), NOW)).toBeUndefined();
  });
});

describe('retry-after', () => {
  it.each([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '150', 'retry-after': '2' }, 150],
    [{ 'x-ms-retry-after-ms': '250', 'retry-after': '2' }, 250],
    [{ 'retry-after-ms': 'soon', 'x-ms-retry-after-ms': '-1', 'retry-after': '2' }, 2000],
    [{ 'retry-after': new Date(NOW + 5000).toUTCString() }, 5000],
    [{ 'retry-after': new Date(NOW - 5000).toUTCString() }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': '1e99' }, undefined],
    [{ 'retry-after': '2026' }, 2_026_000],
    [{}, undefined],
  ])('R9: reads %j as %s ms', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), NOW)).toBe(expected);
  });

  it.each([
    ['6m0s', 360_000],
    ['1.5s', 1500],
    ['12ms', 12],
    ['1h2m3s', 3_723_000],
    ['30', 30_000],
    ['', undefined],
    ['soon', undefined],
    ['5x', undefined],
  ])('R9: reads the span %j as %s ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});
