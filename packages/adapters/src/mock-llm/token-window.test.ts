import { generate } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';
import { createFakeClock } from '@overseer/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { mockFetch } from './index.ts';
import { createTokenWindow } from './token-window.ts';

const asks = fc.array(fc.record({ gap: fc.nat(30), tokens: fc.integer({ min: 1, max: 12 }) }), {
  maxLength: 100,
});

it('M17: a window of tokens admits exactly when a count of the past says so, and names the first moment', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 30 }), asks, (limit, wanted) => {
      const perMs = 40;
      const window = createTokenWindow(limit, perMs);
      const taken: { readonly at: number; readonly tokens: number }[] = [];
      const usedAt = (at: number): number =>
        taken.reduce((sum, one) => sum + (one.at > at - perMs ? one.tokens : 0), 0);
      let now = 1000;
      for (const { gap, tokens } of wanted) {
        now += gap;
        const waitMs = window.waitMs(now, tokens);
        expect(waitMs === 0).toBe(usedAt(now) + tokens <= limit);
        if (tokens <= limit) expect(usedAt(now + waitMs) + tokens).toBeLessThanOrEqual(limit);
        if (waitMs > 0 && tokens <= limit)
          expect(usedAt(now + waitMs - 1) + tokens).toBeGreaterThan(limit);
        if (waitMs === 0) {
          window.take(now, tokens);
          taken.push({ at: now, tokens });
        }
        expect(window.state(now).remaining).toBe(limit - usedAt(now));
      }
    }),
  );
});

const ADAPTERS: readonly (readonly [string, 'tokens' | 'inputTokens', () => Model])[] = [
  ['openai-compatible', 'tokens', () => openaiCompatible('m', { baseURL: 'http://mock' })],
  ['anthropic', 'inputTokens', () => anthropic('m', { apiKey: 'k', baseURL: 'http://mock' })],
];

describe.each(ADAPTERS)('a limit of tokens, seen by %s', (_, bucket, create) => {
  it('M17 L2: is told with every answer, refuses what is too much, and says when to come again', async () => {
    const clock = createFakeClock(0);
    const limit = { requests: 100, tokens: 100, perMs: 60_000 };
    const scenario = { models: [{ id: 'm', limit }], rules: [] };
    const mock = mockFetch({ clock, scenario });
    const say = (tokens: number) =>
      generate(
        create(),
        { messages: [{ role: 'user', parts: [{ type: 'text', text: 'four'.repeat(tokens) }] }] },
        { signal: AbortSignal.timeout(5_000), fetch: mock.fetch },
      );
    expect((await say(60)).rate?.[bucket]).toMatchObject({ limit: 100, remaining: 40 });
    clock.advance(10_000);
    await expect(say(41)).rejects.toMatchObject({ kind: 'rate-limit', retryAfterMs: 50_000 });
    // A refusal counts nowhere.
    const { rate } = await say(40);
    expect(rate?.[bucket]).toMatchObject({ remaining: 0 });
    expect(rate?.requests).toMatchObject({ remaining: 98 });
    clock.advance(50_000);
    expect((await say(60)).rate?.[bucket]).toMatchObject({ remaining: 0 });
  });
});
