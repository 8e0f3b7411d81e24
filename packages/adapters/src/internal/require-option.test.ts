import { inspect } from 'node:util';
import { generate } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { type DiscoverSource, discover } from '../discover/index.ts';
import { google } from '../google/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { openai } from '../openai/index.ts';
import { everyAdapter } from './every-adapter.fixture.ts';

const URL = 'http://127.0.0.1:9';
const wrong = (message: RegExp) =>
  expect.objectContaining({
    code: 'config.model-option',
    message: expect.stringMatching(message),
  });

describe('what an adapter is given that cannot be', () => {
  it.each(everyAdapter)('M18: is refused by $name at once, with what it is', ({ create }) => {
    const text: unknown = '5s';
    for (const ms of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, text as number]) {
      expect(() => create('m', URL, { idleTimeoutMs: ms })).toThrow(
        wrong(/^idleTimeoutMs is .*; give a number of ms above 0/),
      );
    }
  });

  it.each(everyAdapter.filter(({ name }) => !name.startsWith('ai-sdk')))(
    'M18: so are a time for lists and a name that are none, by $name',
    ({ create }) => {
      expect(() => create('m', URL, { askTimeoutMs: 0 })).toThrow(wrong(/^askTimeoutMs is 0;/));
      const none: unknown = 5;
      expect(() => create(none as string, URL)).toThrow(wrong(/^the name of a model of .* is 5;/));
      expect(() => create('', URL)).toThrow(wrong(/^the name of a model of .* is "";/));
    },
  );

  it.each(everyAdapter.filter(({ name }) => !name.startsWith('ai-sdk')))(
    'M11 M18: a header that cannot be sent fails as invalid in $name, by sockets and by fetch, without what it holds',
    async ({ create }) => {
      const headers = { 'x-api-key': 'sk-canary-0123456789\nx' };
      const request = {
        messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      } as const;
      for (const network of [{}, { fetch: globalThis.fetch }]) {
        const ctx = { signal: AbortSignal.timeout(10_000), headers, ...network };
        const error: unknown = await generate(create('m', URL), request, ctx).catch(
          (thrown) => thrown,
        );
        expect(error).toMatchObject({ kind: 'invalid', retryable: false });
        expect(inspect(error, { depth: 9 })).not.toContain('canary');
      }
    },
  );

  it('M18: so are loads without time, and servers of a kind that nobody knows', async () => {
    expect(() => lmstudio('m', { loadTimeoutMs: -5 })).toThrow(wrong(/^loadTimeoutMs is -5;/));
    const kind: unknown = 'olama';
    const source = { kind } as DiscoverSource;
    await expect(discover(source)).rejects.toEqual(
      wrong(/^there is no kind "olama"; did you mean "ollama"/),
    );
  });

  it.each([
    ['openai', (baseURL: string) => openai('m', { apiKey: 'k', baseURL })],
    ['anthropic', (baseURL: string) => anthropic('m', { apiKey: 'k', baseURL })],
    ['google', (baseURL: string) => google('m', { apiKey: 'k', baseURL })],
  ] satisfies [string, (baseURL: string) => Model][])(
    'M18: a base URL of %s that is none is refused before the first call',
    (_name, create) => {
      for (const base of ['nonsense', 'ftp://host/v1']) {
        expect(() => create(base)).toThrow(expect.objectContaining({ code: 'config.base-url' }));
      }
    },
  );
});
