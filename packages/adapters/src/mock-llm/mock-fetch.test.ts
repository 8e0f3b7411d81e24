import { createFakeClock } from '@overseer/core/testing';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { mockFetch } from './mock-fetch.ts';
import { startMockService } from './service.ts';

const MESSAGES = [{ role: 'user', content: 'hi' }];
const GOOGLE = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
const MODELS = [
  'm',
  'm-tool',
  'm-think',
  'm-cache',
  'err-429-2',
  'midstream',
  'trunc',
  'malformed',
  'cut',
];
const REQUESTS = MODELS.flatMap((model) => [
  ...[false, true].flatMap((stream) => [
    ['POST', '/v1/chat/completions', { model, stream, messages: MESSAGES }],
    ['POST', '/v1/responses', { model, stream, input: 'hi' }],
    ['POST', '/v1/messages', { model, stream, max_tokens: 99, messages: MESSAGES }],
    ['POST', '/v2/chat', { model, stream, messages: MESSAGES }],
    ['POST', '/api/chat', { model, stream, messages: MESSAGES }],
  ]),
  ['POST', `/v1beta/models/${model}:generateContent`, GOOGLE],
  ['POST', `/v1beta/models/${model}:streamGenerateContent?alt=sse`, GOOGLE],
]) as readonly (readonly [string, string, object])[];
const OTHERS = [
  ['GET', '/v1/models', undefined],
  ['GET', '/api/tags', undefined],
  ['GET', '/nowhere', undefined],
] as const;

describe('the fetch of the mock', () => {
  it('M17: answers byte for byte what the service answers, in every dialect', async () => {
    await using service = await startMockService({ clock: createFakeClock(1e12) });
    const inside = mockFetch({ clock: createFakeClock(1e12) });
    for (const [method, path, body] of [...REQUESTS, ...OTHERS]) {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      const real = await seenBy(fetch, service.url + path, init);
      expect(real.status).toBeGreaterThan(0);
      expect(await seenBy(inside.fetch, `https://api.example.com${path}`, init), path).toEqual(
        real,
      );
    }
    expect(inside.counts()).toEqual(service.counts());
    const told = ({ path, outcome, status, dialect }: (typeof service.requests)[number]) => ({
      ...{ path, outcome, status, dialect },
    });
    expect(inside.requests.map(told)).toEqual(service.requests.map(told));
  });

  it('M17: is left in the middle like a connection, and fails like one', async () => {
    const mock = mockFetch({
      scenario: {
        models: [{ id: 'down', down: true }, { id: 'slow' }],
        rules: [{ name: 'on and on', model: 'slow', reply: { text: 'la ', endless: true } }],
      },
    });
    const openai = new OpenAI({ apiKey: 'k', maxRetries: 0, fetch: mock.fetch });
    const create = (model: string) =>
      openai.chat.completions.create({
        model,
        stream: true,
        messages: [{ role: 'user', content: 'x' }],
      });
    await expect(create('down')).rejects.toMatchObject({ cause: { message: 'fetch failed' } });
    let pieces = 0;
    for await (const _ of await create('slow')) if (++pieces === 20) break;
    expect(mock.requests.at(-1)).toMatchObject({ outcome: 'closed-early', closedEarly: true });
    const leave = new AbortController();
    const body = JSON.stringify({ model: 'slow', stream: true, messages: MESSAGES });
    const url = 'http://mock/v1/chat/completions';
    const left = await mock.fetch(url, { method: 'POST', body, signal: leave.signal });
    leave.abort(new Error('enough'));
    await expect(left.text()).rejects.toThrow('enough');
    await expect(mock.fetch(url, { signal: leave.signal })).rejects.toThrow('enough');
  });
});

/** All that a client can see of an answer, but what Node says of the connection. */
async function seenBy(fetch: typeof globalThis.fetch, url: string, init: RequestInit) {
  try {
    const response = await fetch(url, init);
    const headers = [...response.headers].filter(
      ([name]) => !/^(date|connection|keep-alive|transfer-encoding)$/.test(name),
    );
    const { status } = response;
    const pieces: string[] = [];
    let failure: unknown;
    const reader = response.body?.getReader();
    try {
      for (;;) {
        const read = await reader?.read();
        if (read === undefined || read.done) break;
        pieces.push(Buffer.from(read.value).toString());
      }
    } catch (error) {
      failure = String(error);
    }
    return { status, headers, text: pieces.join(''), failure };
  } catch (error) {
    return { status: 1, failure: String(error) };
  }
}
