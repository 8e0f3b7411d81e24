import { ModelError } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import { APICallError, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { toAiSdk } from './to-ai-sdk.ts';

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());

const adapters: readonly (readonly [string, (name: string) => Model])[] = [
  ['anthropic', (name) => anthropic(name, { apiKey: 'k', baseURL: service.url })],
  ['openai-compatible', (name) => openaiCompatible(name, { baseURL: service.url })],
];

const weather = tool({
  description: 'The weather of a city.',
  inputSchema: jsonSchema<{ city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  }),
  execute: ({ city }) => Promise.resolve({ city, temperature: 7 }),
});

describe.each(adapters)('an adapter as a model of the AI SDK: %s', (_name, create) => {
  it('M8: answers generateText, with reasoning, usage and headers', async () => {
    const answer = await generateText({ model: toAiSdk(create('m-think')), prompt: 'hi' });
    expect(answer.text).toBe('Hello from mock.');
    expect(answer.reasoningText).toBe('Let me think.');
    expect(answer.finishReason).toBe('stop');
    expect(answer.usage.inputTokens).toBeGreaterThan(0);
    expect(answer.response.modelId).toBe('m-think');
    expect(answer.response.headers).toHaveProperty('x-ratelimit-limit-requests');
  });

  it('M8: streams to streamText, piece by piece', async () => {
    const answer = streamText({ model: toAiSdk(create('m')), prompt: 'hi' });
    const pieces: string[] = [];
    for await (const piece of answer.textStream) pieces.push(piece);
    expect(pieces.join('')).toBe('Hello from mock.');
    expect(pieces.length).toBeGreaterThan(1);
    expect(await answer.finishReason).toBe('stop');
  });

  it('M8: runs the tools of generateText and takes their results', async () => {
    const answer = await generateText({
      model: toAiSdk(create('m-tool')),
      prompt: 'The weather?',
      tools: { get_weather: weather },
      stopWhen: stepCountIs(3),
    });
    expect(answer.steps).toHaveLength(2);
    expect(answer.steps[0]?.toolResults).toMatchObject([{ output: { city: 'Oslo' } }]);
    expect(answer.text).toBe('Hello from mock.');
  });

  it('M8: runs the tools of streamText too', async () => {
    const answer = streamText({
      model: toAiSdk(create('m-tool')),
      prompt: 'The weather?',
      tools: { get_weather: weather },
      stopWhen: stepCountIs(3),
    });
    expect(await answer.text).toBe('Hello from mock.');
    expect(await answer.steps).toHaveLength(2);
  });

  it('M8: fails as the calls of the AI SDK do, so that it tries again by its own rules', async () => {
    const before = service.requests.length;
    const refused = generateText({
      model: toAiSdk(create('err-500')),
      prompt: 'hi',
      maxRetries: 0,
    });
    const error: unknown = await refused.catch((thrown: unknown) => thrown);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 500, isRetryable: true });
    expect(service.requests.length).toBe(before + 1);
    const never = generateText({ model: toAiSdk(create('err-401')), prompt: 'hi', maxRetries: 2 });
    await expect(never).rejects.toMatchObject({ statusCode: 401, isRetryable: false });
    expect(service.requests.length).toBe(before + 2);
  });

  it('M8: a stream that breaks off is an error, with what had come before it', async () => {
    const errors: unknown[] = [];
    const answer = streamText({
      model: toAiSdk(create('midstream')),
      prompt: 'hi',
      maxRetries: 0,
      onError: ({ error }) => {
        errors.push(error);
      },
    });
    let text = '';
    for await (const piece of answer.textStream) text += piece;
    expect('Hello from mock.'.startsWith(text) && text !== '').toBe(true);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ cause: { code: expect.stringMatching(/^model\./) } });
  });

  it('K6: an abort reaches the socket', async () => {
    const closed = (): number => service.requests.filter((one) => one.closedEarly).length;
    const before = closed();
    const controller = new AbortController();
    const { fullStream } = streamText({
      model: toAiSdk(create('m-slow')),
      prompt: 'hi',
      abortSignal: controller.signal,
    });
    const types: string[] = [];
    for await (const part of fullStream) {
      types.push(part.type);
      if (part.type === 'text-delta') controller.abort();
    }
    expect(types.at(-1)).toBe('abort');
    await expect.poll(closed).toBe(before + 1);
  });
});

describe('what the AI SDK asks for', () => {
  it('M8: structured output comes from a model that is asked for JSON by its schema', async () => {
    const model = fakeModel({ reply: () => ({ text: '{"city":"Oslo","degrees":7}' }) });
    const schema = jsonSchema<{ city: string; degrees: number }>({
      type: 'object',
      properties: { city: { type: 'string' }, degrees: { type: 'number' } },
      required: ['city', 'degrees'],
    });
    const { output } = await generateText({
      model: toAiSdk(model),
      prompt: 'The weather?',
      output: Output.object({ schema }),
    });
    expect(output).toEqual({ city: 'Oslo', degrees: 7 });
    expect(model.requests[0]?.output).toMatchObject({ type: 'json', schema: { type: 'object' } });
  });

  it('M9: settings that Overseer has no word for come back as warnings', async () => {
    const model = fakeModel({ reply: () => ({ text: 'ok' }) });
    const { warnings } = await generateText({ model: toAiSdk(model), prompt: 'hi', topK: 3 });
    expect(warnings).toMatchObject([{ type: 'unsupported', feature: 'topK' }]);
  });

  it('M9: files and data of providers arrive as they were given', async () => {
    const model = fakeModel({ reply: () => ({ text: 'ok' }) });
    await generateText({
      model: toAiSdk(model),
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?', providerOptions: { anthropic: { x: 1 } } },
            { type: 'file', mediaType: 'image/png', data: new Uint8Array([1, 2, 3]) },
          ],
        },
      ],
    });
    expect(model.requests[0]?.messages.at(-1)?.parts).toMatchObject([
      { type: 'text', text: 'What is it?', meta: { anthropic: { x: 1 } } },
      { type: 'file', mediaType: 'image/png', data: 'AQID' },
    ]);
  });

  it('M8: a refusal that says when to come back tells it', async () => {
    const failure = new ModelError('rate-limit', 'slow down', { status: 429, retryAfterMs: 1500 });
    const model = fakeModel({ reply: () => ({ error: failure }) });
    const call = generateText({ model: toAiSdk(model), prompt: 'hi', maxRetries: 0 });
    await expect(call).rejects.toMatchObject({
      statusCode: 429,
      responseHeaders: { 'retry-after-ms': '1500' },
    });
  });
});
