import { generate } from '@overseer/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gguf } from '../gguf/index.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { onnx } from '../onnx/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { everyAdapter } from './every-adapter.fixture.ts';

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());

const said = { type: 'text', text: 'hi' };
const own: { self?: unknown } = {};
own.self = own;
const called = (input: unknown): object => ({
  messages: [
    { role: 'user', parts: [said] },
    { role: 'assistant', parts: [{ type: 'tool-call', id: 'a', name: 'get', input }] },
    { role: 'tool', parts: [{ type: 'tool-result', id: 'a', name: 'get', output: 'x' }] },
  ],
});
const file = (mediaType: string, data: string): object => ({
  messages: [{ role: 'user', parts: [said, { type: 'file', mediaType, data }] }],
});

/** What hosts give that no server should see, with what is said of it. */
const careless: readonly (readonly [what: string, request: object, place: RegExp])[] = [
  ['messages of another library', { messages: [{ role: 'user', content: 'hi' }] }, /\[0\]\.parts/],
  ['an unknown role', { messages: [{ role: 'usr', parts: [said] }] }, /\[0\]\.role/],
  ['a bigint', called({ n: 1n }), /messages\[1\]\.parts\[0\] holds what JSON cannot/],
  ['what holds itself', called(own), /messages\[1\]\.parts\[0\] holds what JSON cannot/],
  ['a text file that is no base64', file('text/plain', '%%'), /no base64/],
];

describe.each(everyAdapter)('$name', ({ name, create }) => {
  // What a provider of the AI SDK makes of inputs and files is its own.
  const cases = name.startsWith('ai-sdk') ? careless.slice(0, 2) : careless;

  it.each(cases)('M18: refuses %s before it asks anybody', async (_, request, place) => {
    const model = create('m', service.url);
    const before = service.requests.length;
    const ctx = { signal: AbortSignal.timeout(5_000) };
    const error = await generate(model, request as never, ctx).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'invalid', retryable: false });
    expect(String(error)).toMatch(place);
    expect(service.requests.length).toBe(before);
  });

  it('M12 M18: counts no request that is none', async () => {
    const { countTokens } = create('m', service.url);
    const before = service.requests.length;
    const given = { messages: [{ role: 'user', content: 'hi' }] } as never;
    const counted = countTokens?.(given, { signal: AbortSignal.timeout(5_000) });
    if (counted !== undefined) await expect(counted).rejects.toMatchObject({ kind: 'invalid' });
    expect(service.requests.length).toBe(before);
  });
});

it.each([
  openaiCompatible('m', { preset: 'vllm', baseURL: 'http://127.0.0.1:9' }),
  openaiCompatible('m', { preset: 'llama.cpp', baseURL: 'http://127.0.0.1:9' }),
  gguf('no-such-file.gguf'),
  onnx('no-such-folder'),
])('M12 M18: nor does $info.provider', async ({ countTokens }) => {
  const given = { messages: [{ role: 'user', content: 'hi' }] } as never;
  const counted = countTokens?.(given, { signal: AbortSignal.timeout(5_000) });
  await expect(counted).rejects.toMatchObject({ kind: 'invalid', retryable: false });
});
