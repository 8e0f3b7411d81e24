import { generate } from '@overseer/core/plugin';
import type { Credentials } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { google } from '../google/index.ts';
import { startMockService } from '../mock-llm/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';

/** A source that fails when it is told what became of its key. */
const careless: Credentials = {
  spec: 'credentials/1',
  name: 'careless',
  keyId: 'careless',
  get: async () => ({ token: 'a-good-token', keyId: 'careless' }),
  settle: () => {
    throw new TypeError('it broke');
  },
};

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};

describe.each([
  ['openai', (id: string, url: string) => openai(id, { apiKey: careless, baseURL: `${url}/v1` })],
  ['google', (id: string, url: string) => google(id, { apiKey: careless, baseURL: url })],
  [
    'openai-compatible',
    (id: string, url: string) => openaiCompatible(id, { apiKey: careless, baseURL: url }),
  ],
])('the source of the keys of %s that fails when it hears of a call', (_, create) => {
  it.each([
    ['its own network', {}],
    ['the fetch of the call', { fetch: (...sent: Parameters<typeof fetch>) => fetch(...sent) }],
  ])('M11 M18: by %s, does no harm to the call', async (_network, more) => {
    await using service = await startMockService();
    const ctx = () => ({ signal: AbortSignal.timeout(5_000), ...more });
    const { text } = await generate(create('m', service.url), REQUEST, ctx());
    expect(text).toBe('Hello from mock.');
    const refused = generate(create('err-401', service.url), REQUEST, ctx());
    await expect(refused).rejects.toMatchObject({ kind: 'auth' });
  });
});
