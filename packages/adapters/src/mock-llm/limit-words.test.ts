import { createFakeClock } from '@overseer/core/testing';
import { describe, expect, it } from 'vitest';
import { mockFetch } from './mock-fetch.ts';

const content = 'four'.repeat(60);
const body = JSON.stringify({
  model: 'm',
  max_tokens: 9,
  messages: [{ role: 'user', content }],
});

/** What a second request meets, where a minute has room for one: in requests, or in tokens. */
async function second(path: string, tokens: number, requests: number): Promise<Response> {
  const limit = { requests, tokens, perMs: 60_000 };
  const scenario = { models: [{ id: 'm', limit }], rules: [] };
  const { fetch } = mockFetch({ clock: createFakeClock(0), scenario });
  const ask = () => fetch(`http://mock${path}`, { method: 'POST', body });
  await ask();
  return ask();
}

describe('a limit that is met', () => {
  it("M17 L2: is of requests or of tokens in OpenAI's words", async () => {
    const path = '/v1/chat/completions';
    const error = { code: 'rate_limit_exceeded', param: null };
    expect(await (await second(path, 1000, 1)).json()).toMatchObject({
      error: { ...error, type: 'requests' },
    });
    expect(await (await second(path, 100, 9)).json()).toMatchObject({
      error: { ...error, type: 'tokens' },
    });
  });

  it("M17 L2: is told in Anthropic's headers by each name, with a moment in RFC 3339", async () => {
    const { status, headers } = await second('/v1/messages', 100, 9);
    expect(status).toBe(429);
    for (const name of ['tokens', 'input-tokens']) {
      expect(headers.get(`anthropic-ratelimit-${name}-limit`)).toBe('100');
      expect(headers.get(`anthropic-ratelimit-${name}-remaining`)).toBe('40');
      expect(headers.get(`anthropic-ratelimit-${name}-reset`)).toBe('1970-01-01T00:01:00.000Z');
    }
    expect(headers.get('anthropic-ratelimit-requests-remaining')).toBe('8');
    expect(headers.get('retry-after')).toBe('60');
  });
});
