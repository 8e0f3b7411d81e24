import { inspect } from 'node:util';
import { generate } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { type DiscoverSource, discover } from '../discover/index.ts';
import { gguf } from '../gguf/index.ts';
import { google } from '../google/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { ollama } from '../ollama/index.ts';
import { onnx } from '../onnx/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { type AdapterCaseOptions, everyAdapter } from './every-adapter.fixture.ts';

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

  it.each([
    ...everyAdapter,
    { name: 'gguf', create: (id: string, _: string, more: object = {}) => gguf(id, more) },
    { name: 'onnx', create: (id: string, _: string, more: object = {}) => onnx(id, more) },
  ])('M6 M18: so are facts of a model that cannot be, by $name', ({ name, create }) => {
    // What is passed on by the fixture is the options of the outer model alone.
    const made = (facts: object) => () => create('m', URL, facts as AdapterCaseOptions);
    for (const facts of [
      ...[-1, 0, Number.NaN, Number.POSITIVE_INFINITY, 1.5, '8k'].map((contextWindow) => ({
        contextWindow,
      })),
      { maxOutput: 0 },
      ...[5, null, { input: 1 }, { input: Number.NaN, output: 1 }].map((price) => ({ price })),
      { price: { input: 1, output: -1 } },
      { price: { input: 1, output: 1, cacheRead: '1' } },
      { can: { json: 'yes' } },
      { can: { tools: 'yes' } },
    ]) {
      expect(made(facts), `${name} ${inspect(facts)}`).toThrow(
        expect.objectContaining({
          code: expect.stringMatching(/^config\.(model-option|local-model)$/),
          message: expect.stringContaining(Object.keys(facts)[0] ?? ''),
        }),
      );
    }
    expect(
      made({ contextWindow: 8_192, maxOutput: 10, price: { input: 0, output: 0.5 } }),
    ).not.toThrow();
  });

  it('M18: so are ways, times, cards and keys that nobody knows', () => {
    const any = (value: unknown) => value as never;
    const api = any('respones');
    expect(() => openai('m', { api })).toThrow(
      wrong(/no api "respones"; did you mean "responses"/),
    );
    expect(() => openaiCompatible('m', { api, baseURL: URL })).toThrow(wrong(/no api "respones"/));
    for (const ttlMs of [-5, Number.NaN, any('5m')]) {
      expect(() => lmstudio('m', { ttlMs })).toThrow(wrong(/^ttlMs is /));
      expect(() => ollama('m', { ttlMs })).toThrow(wrong(/^ttlMs is .* or -1 for ever$/));
      expect(() => gguf('m.gguf', { ttlMs })).toThrow(wrong(/^ttlMs is /));
      expect(() => onnx('m', { ttlMs })).toThrow(wrong(/^ttlMs is /));
    }
    expect(() => ollama('m', { ttlMs: -1 })).not.toThrow();
    expect(() => gguf('m.gguf', { gpu: any('cud') })).toThrow(wrong(/no gpu "cud".*"cuda"/));
    expect(() => onnx('m', { atMost: 0 })).toThrow(wrong(/^atMost is 0/));
    expect(() => gguf('')).toThrow(wrong(/^the path of a model of gguf is ""/));
    expect(() => onnx(any(undefined))).toThrow(wrong(/^the path of a model of onnx is undefined/));
    for (const apiKey of [5, null, {}]) {
      expect(() => openai('m', { apiKey: any(apiKey) })).toThrow(
        wrong(/^apiKey is .+; give a key as text/),
      );
      expect(() => google('m', { apiKey: any(apiKey) })).toThrow(
        wrong(/^apiKey is .+; give a key as text/),
      );
    }
  });

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
