import { ApiError, FinishReason, GoogleGenAI } from '@google/genai';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockService } from '../service.ts';

const service = await startMockService({
  scenario: {
    models: [
      ...['m', 'm-think', 'm-two', 'm-other', 'm-free', 'gemini-3-flash'].map((id) => ({ id })),
      ...['midstream', 'cut', 'trunc', 'stall', 'malformed'].map((id) => ({ id })),
      { id: 'm-one', limit: { requests: 1, perMs: 60_000 } },
      { id: 'm-small', contextWindow: 5 },
      { id: 'err-400', down: { status: 400 } },
      { id: 'err-503', down: { status: 503 } },
    ],
    rules: [
      { name: 'think', model: 'm-think', reply: { text: 'Hello.', reasoning: 'Let me think.' } },
      { name: 'cached', model: 'm', reply: { text: 'Hello.', usage: { cacheRead: 2 } } },
      { name: 'json', model: 'm-other', reply: { text: '{"a":1}', answeredBy: 'm-else' } },
      {
        name: 'two',
        model: /m-two|m-free|gemini/,
        when: ({ messages }) => messages.every(({ toolResults }) => toolResults.length === 0),
        reply: ({ model }) => ({
          toolCalls: ['Oslo', 'Rome'].map((city) => ({ name: 'get_weather', input: { city } })),
          withoutIds: model === 'm-free',
        }),
      },
      ...(['midstream-error', 'cut', 'truncated', 'stall', 'malformed'] as const).map((kind) => ({
        name: kind,
        model: kind.replace('-error', '').replace('truncated', 'trunc'),
        reply: { text: 'Hello from mock.', fault: { kind, afterTokens: 2 } },
      })),
    ],
  },
});
const httpOptions = { baseUrl: service.url };
const client = new GoogleGenAI({ apiKey: 'k', httpOptions });
const contents = 'What is new?';
const user = { role: 'user', parts: [{ text: contents }] };

afterAll(() => service.close());

describe('content through the official SDK', () => {
  it('M17: comes whole, with usage, and the key is in a header', async () => {
    const response = await client.models.generateContent({ model: 'm', contents });
    expect(response.text).toBe('Hello.');
    expect(response.candidates?.[0]?.finishReason).toBe(FinishReason.STOP);
    expect(response).toMatchObject({ modelVersion: 'm', responseId: expect.any(String) });
    expect(response.usageMetadata).toEqual({
      promptTokenCount: 3,
      cachedContentTokenCount: 2,
      candidatesTokenCount: 2,
      totalTokenCount: 5,
    });
    expect(last()).toMatchObject({
      path: '/v1/models/m:generateContent',
      dialect: 'google-content',
    });
    expect(last().headers['x-goog-api-key']).toBe('k');
  });

  it('M17: comes as a stream, under v1beta too', async () => {
    const beta = new GoogleGenAI({ apiKey: 'k', apiVersion: 'v1beta', httpOptions });
    const chunks = [];
    for await (const chunk of await beta.models.generateContentStream({ model: 'm', contents }))
      chunks.push(chunk);
    expect(chunks.map(({ text }) => text ?? '').join('')).toBe('Hello.');
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe(FinishReason.STOP);
    expect(chunks.at(-1)?.usageMetadata?.totalTokenCount).toBe(5);
    expect(last().path).toBe('/v1beta/models/m:streamGenerateContent');
  });

  it('M17: thoughts are parts of their own, counted apart, and the words after them are signed', async () => {
    const response = await client.models.generateContent({ model: 'm-think', contents });
    const parts = response.candidates?.[0]?.content?.parts ?? [];
    expect(parts.map(({ thought }) => thought)).toEqual([true, undefined]);
    expect(parts[1]?.thoughtSignature).toMatch(/^[\w+/]+=*$/);
    expect(response.usageMetadata).toMatchObject({
      thoughtsTokenCount: 4,
      candidatesTokenCount: 1,
    });
  });

  it('M17: calls two tools at once and takes both results', async () => {
    const model = 'gemini-3-flash';
    const response = await client.models.generateContent({ model, contents });
    const calls = response.functionCalls ?? [];
    expect(calls).toMatchObject([
      { id: expect.any(String), name: 'get_weather', args: { city: 'Oslo' } },
      { id: expect.any(String), name: 'get_weather', args: { city: 'Rome' } },
    ]);
    const turn = response.candidates?.[0]?.content ?? {};
    expect(turn.parts?.map(({ thoughtSignature }) => thoughtSignature !== undefined)).toEqual([
      true,
      false,
    ]);
    const results = calls.map(({ id, name }) => ({
      functionResponse: { ...(id && { id }), ...(name && { name }), response: { output: 'Rain' } },
    }));
    const answer = { role: 'user', parts: results };
    const next = { model, contents: [user, turn, answer] };
    expect((await client.models.generateContent(next)).text).toBe('Hello from mock.');
    const unsigned = {
      ...turn,
      parts:
        turn.parts?.map(({ functionCall }) => ({ ...(functionCall && { functionCall }) })) ?? [],
    };
    await expect(
      client.models.generateContent({ model, contents: [user, unsigned, answer] }),
    ).rejects.toThrow('thought_signature');
    const half = { role: 'user', parts: results.slice(1) };
    await expect(
      client.models.generateContent({ model, contents: [user, turn, half] }),
    ).rejects.toThrow('number of function response parts');
  });

  it('M17: calls can come without ids, and an answer from another model', async () => {
    const response = await client.models.generateContent({ model: 'm-free', contents });
    expect(response.functionCalls?.map(({ id }) => id)).toEqual([undefined, undefined]);
    const other = await client.models.generateContent({ model: 'm-other', contents });
    expect(other).toMatchObject({ modelVersion: 'm-else', text: '{"a":1}' });
  });

  it('M17: stops at the length that the request allows', async () => {
    const config = { maxOutputTokens: 1 };
    const response = await client.models.generateContent({ model: 'm', contents, config });
    expect(response.text).toBe('Hell');
    expect(response.candidates?.[0]?.finishReason).toBe(FinishReason.MAX_TOKENS);
  });

  it('M17: counts a request as its reply does', async () => {
    const { totalTokens } = await client.models.countTokens({ model: 'm', contents });
    expect(totalTokens).toBe(3);
  });

  it('M17: lists the models and finds one', async () => {
    const names = [];
    for await (const { name } of await client.models.list()) names.push(name);
    expect(names).toContain('models/m-think');
    expect(await client.models.get({ model: 'm-small' })).toMatchObject({
      inputTokenLimit: 5,
      supportedActions: expect.arrayContaining(['generateContent']),
    });
  });

  it('M17: makes the same vector of the same text', async () => {
    const ask = { model: 'm', contents: ['a', 'b', 'a'], config: { outputDimensionality: 4 } };
    const { embeddings = [] } = await client.models.embedContent(ask);
    expect(embeddings.map(({ values }) => values?.length)).toEqual([4, 4, 4]);
    expect(embeddings[0]).toEqual(embeddings[2]);
    expect(embeddings[0]).not.toEqual(embeddings[1]);
  });
});

describe('refusals through the official SDK', () => {
  it.each([
    ['err-400', 400, 'INVALID_ARGUMENT'],
    ['err-503', 503, 'UNAVAILABLE'],
    ['nobody', 404, 'NOT_FOUND'],
    ['m-small', 400, 'input token count'],
  ])('M17: %s is an ApiError with status %i, streamed or not', async (model, status, said) => {
    const long = 'word '.repeat(20);
    for (const ask of ['generateContent', 'generateContentStream'] as const) {
      const error = await client.models[ask]({ model, contents: long }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ status, message: expect.stringContaining(said) });
    }
  });

  it('M17: a limit says when to come back in its details, and in no header', async () => {
    const ask = () => client.models.generateContent({ model: 'm-one', contents });
    await ask();
    const error = await ask().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 429 });
    const { details } = JSON.parse(String(Object(error).message)).error;
    expect(details[0]['@type']).toContain('RetryInfo');
    expect(details[0].retryDelay).toMatch(/^\d+(\.\d+)?s$/);
  });
});

describe('faults through the official SDK', () => {
  it.each([
    ['midstream', 'UNAVAILABLE'],
    ['cut', 'terminated'],
    ['malformed', 'JSON'],
  ])('M17: %s fails after the text so far', async (model, said) => {
    const { text, error } = await read(model);
    expect(text).toBe('Hello fr');
    expect(String(error)).toContain(said);
  });

  it('M17: a truncated reply ends in peace, which the SDK takes for its end', async () => {
    expect(await read('trunc')).toEqual({ text: 'Hello fr', error: undefined });
    expect(last().outcome).toBe('cut');
  });

  it('M17: a stall goes on until the client leaves, which is seen', async () => {
    const { text } = await read('stall', AbortSignal.timeout(150));
    expect(text).toBe('Hello fr');
    await expect.poll(() => last().closedEarly).toBe(true);
  });
});

function last() {
  const exchange = service.requests.at(-1);
  if (exchange === undefined) throw new Error('Nothing was asked.');
  return exchange;
}

async function read(model: string, abortSignal?: AbortSignal) {
  let text = '';
  try {
    const config = abortSignal === undefined ? {} : { abortSignal };
    for await (const chunk of await client.models.generateContentStream({
      model,
      contents,
      config,
    }))
      text += chunk.text ?? '';
  } catch (error) {
    return { text, error };
  }
  return { text, error: undefined };
}
