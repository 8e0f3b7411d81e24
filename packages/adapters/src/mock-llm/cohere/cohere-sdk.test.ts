import { type Cohere, CohereClient, CohereClientV2, CohereError } from 'cohere-ai';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockService } from '../service.ts';

const service = await startMockService({
  scenario: {
    models: [
      ...['m', 'm-think', 'm-two', 'm-free'].map((id) => ({ id })),
      ...['midstream', 'cut', 'trunc', 'stall', 'malformed'].map((id) => ({ id })),
      { id: 'm-one', limit: { requests: 1, perMs: 60_000 } },
      { id: 'm-small', contextWindow: 5 },
      ...[400, 401, 498, 503].map((status) => ({ id: `err-${status}`, down: { status } })),
    ],
    rules: [
      { name: 'think', model: 'm-think', reply: { text: 'Hello.', reasoning: 'Let me think.' } },
      { name: 'cached', model: 'm', reply: { text: 'Hello.', usage: { cacheRead: 2 } } },
      {
        name: 'two',
        model: /m-two|m-free/,
        when: ({ messages }) => messages.every(({ toolResults }) => toolResults.length === 0),
        reply: ({ model }) => ({
          reasoning: 'I will look it up.',
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
const options = { token: 'k', environment: service.url, maxRetries: 0 };
const client = new CohereClientV2(options);
const first = new CohereClient(options);
const messages: Cohere.ChatMessageV2[] = [{ role: 'user', content: 'What is new?' }];
const tools: Cohere.ToolV2[] = [
  { type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } },
];

afterAll(() => service.close());

describe('chat through the official SDK', () => {
  it('M17: comes whole, with usage', async () => {
    const { data, rawResponse } = await client.chat({ model: 'm', messages }).withRawResponse();
    expect(data).toMatchObject({
      finishReason: 'COMPLETE',
      message: { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
      usage: { tokens: { inputTokens: 3, outputTokens: 2 }, cachedTokens: 2 },
    });
    expect(rawResponse.headers.get('x-debug-trace-id')).toMatch(/^req_\d+$/);
    expect(last()).toMatchObject({ path: '/v2/chat', dialect: 'cohere-chat' });
  });

  it('M17: streams named events in the order of the wire', async () => {
    const events = await all('m-think');
    expect(events.map(({ type }) => type).filter((type) => type !== 'content-delta')).toEqual([
      'message-start',
      'content-start',
      'content-end',
      'content-start',
      'content-end',
      'message-end',
    ]);
    const thought = events.map((e) =>
      e.type === 'content-delta' ? (e.delta?.message?.content?.thinking ?? '') : '',
    );
    expect(thought.join('')).toBe('Let me think.');
    expect(textOf(events)).toBe('Hello.');
    expect(events.at(-1)).toMatchObject({
      delta: { finishReason: 'COMPLETE', usage: { tokens: { outputTokens: 5 } } },
    });
  });

  it('M17: streams the arguments of two calls in pieces, after a plan', async () => {
    const events = await all('m-two');
    const named = events.flatMap((e) =>
      e.type === 'tool-call-start' ? [e.delta?.message?.toolCalls] : [],
    );
    expect(named).toMatchObject([
      { id: expect.any(String), function: { name: 'get_weather', arguments: '' } },
      { id: expect.any(String), function: { name: 'get_weather', arguments: '' } },
    ]);
    const written = events.filter((e) => e.type === 'tool-call-delta' && e.index === 1);
    const pieces = written.map((e) =>
      e.type === 'tool-call-delta' ? e.delta?.message?.toolCalls?.function?.arguments : '',
    );
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.join('')).toBe('{"city":"Rome"}');
    const plan = events.map((e) =>
      e.type === 'tool-plan-delta' ? e.delta?.message?.toolPlan : '',
    );
    expect(plan.join('')).toBe('I will look it up.');
  });

  it('M17: takes the results of tools, and refuses those of no call', async () => {
    const { message } = await client.chat({ model: 'm-two', messages, tools });
    const results = (message.toolCalls ?? []).map(({ id }) => ({
      role: 'tool' as const,
      toolCallId: id,
      content: [{ type: 'document' as const, document: { data: { weather: 'rain' } } }],
    }));
    const next = await client.chat({
      model: 'm-two',
      messages: [...messages, message, ...results],
      tools,
    });
    expect(next.message.content).toMatchObject([{ text: 'Hello from mock.' }]);
    await expect(
      client.chat({ model: 'm-two', messages: [...messages, ...results] }),
    ).rejects.toThrow('tool call id not found');
  });

  it('M17: calls can come without ids', async () => {
    const response = await (await client.chat({ model: 'm-free', messages }).withRawResponse())
      .data;
    const ids = (response.message.toolCalls ?? []).map(({ id }) => id as string | undefined);
    expect(ids).toEqual([undefined, undefined]);
  });

  it('M17: refuses JSON beside tools', async () => {
    const responseFormat = { type: 'json_object' as const };
    await expect(client.chat({ model: 'm', messages, tools, responseFormat })).rejects.toThrow(
      'response_format',
    );
  });

  it('M17: stops at the length that the request allows', async () => {
    const response = await client.chat({ model: 'm', messages, maxTokens: 1 });
    expect(response).toMatchObject({
      finishReason: 'MAX_TOKENS',
      message: { content: [{ text: 'Hell' }] },
    });
  });

  it('M17: takes a text apart, lists the models and finds one', async () => {
    const { tokens, tokenStrings } = await first.tokenize({ model: 'm', text: 'Hello there' });
    expect([tokens.length, tokenStrings.join('')]).toEqual([3, 'Hello there']);
    const { models } = await first.models.list();
    expect(models.map(({ name }) => name)).toContain('m-think');
    expect(await first.models.get('m-small')).toMatchObject({ name: 'm-small', contextLength: 5 });
  });

  it('M17: makes the same vector of the same text', async () => {
    const { embeddings } = await client.embed({
      model: 'm',
      texts: ['a', 'b', 'a'],
      inputType: 'search_query',
      embeddingTypes: ['float'],
    });
    const [a, b, again] = embeddings.float ?? [];
    expect(a).toHaveLength(8);
    expect(again).toEqual(a);
    expect(b).not.toEqual(a);
  });
});

describe('refusals through the official SDK', () => {
  it.each([
    ['err-400', 400],
    ['err-401', 401],
    ['err-498', 498],
    ['err-503', 503],
    ['nobody', 404],
    ['m-small', 400],
  ])('M17: %s is a CohereError with status %i, streamed or not', async (model, statusCode) => {
    const long: Cohere.ChatMessageV2[] = [{ role: 'user', content: 'word '.repeat(20) }];
    for (const ask of ['chat', 'chatStream'] as const) {
      const error = await Promise.resolve(client[ask]({ model, messages: long })).catch(
        (e: unknown) => e,
      );
      expect(error).toBeInstanceOf(CohereError);
      expect(error).toMatchObject({ statusCode, body: { message: expect.any(String) } });
    }
  });

  it('M17: a limit is told by the headers of a trial key, and when to come back by its own', async () => {
    const { rawResponse } = await client.chat({ model: 'm-one', messages }).withRawResponse();
    expect(rawResponse.headers.get('x-trial-endpoint-call-limit')).toBe('1');
    expect(rawResponse.headers.get('x-trial-endpoint-call-remaining')).toBe('0');
    const error = await Promise.resolve(client.chat({ model: 'm-one', messages })).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ statusCode: 429 });
    expect(Number(Object(error).rawResponse.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('faults through the official SDK', () => {
  it('M17: an error in the middle is told in the last event, and is none to the SDK', async () => {
    const events = await all('midstream');
    expect(textOf(events)).toBe('Hello fr');
    expect(events.at(-1)).toMatchObject({
      type: 'message-end',
      delta: { finishReason: 'ERROR', error: expect.any(String) },
    });
  });

  it.each([
    ['cut', 'terminated'],
    ['malformed', 'JSON'],
  ])('M17: %s fails after the text so far', async (model, said) => {
    const events: Cohere.V2ChatStreamResponse[] = [];
    await expect(collect(model, events)).rejects.toThrow(said);
    expect(textOf(events)).toBe('Hello fr');
  });

  it('M17: a truncated reply ends in peace, which the SDK takes for its end', async () => {
    expect(textOf(await all('trunc'))).toBe('Hello fr');
    expect(last().outcome).toBe('cut');
  });

  it('M17: a stall goes on until the client leaves, which is seen', async () => {
    const events: Cohere.V2ChatStreamResponse[] = [];
    await collect('stall', events, AbortSignal.timeout(150)).catch(() => undefined);
    expect(textOf(events)).toBe('Hello fr');
    await expect.poll(() => last().closedEarly).toBe(true);
  });
});

function last() {
  const exchange = service.requests.at(-1);
  if (exchange === undefined) throw new Error('Nothing was asked.');
  return exchange;
}

async function all(model: string): Promise<readonly Cohere.V2ChatStreamResponse[]> {
  const events: Cohere.V2ChatStreamResponse[] = [];
  await collect(model, events);
  return events;
}

async function collect(
  model: string,
  into: Cohere.V2ChatStreamResponse[],
  abortSignal?: AbortSignal,
): Promise<void> {
  const options = abortSignal === undefined ? {} : { abortSignal };
  for await (const event of await client.chatStream({ model, messages }, options)) into.push(event);
}

function textOf(events: readonly Cohere.V2ChatStreamResponse[]): string {
  return events
    .map((e) => (e.type === 'content-delta' ? (e.delta?.message?.content?.text ?? '') : ''))
    .join('');
}
