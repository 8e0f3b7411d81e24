import OpenAI, { RateLimitError } from 'openai';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockService } from '../service.ts';

const service = await startMockService();
const client = new OpenAI({ apiKey: 'k', baseURL: `${service.url}/v1`, maxRetries: 0 });
const messages = [{ role: 'user' as const, content: 'What is new?' }];

afterAll(() => service.close());

describe('chat completions through the official SDK', () => {
  it('M17: answer whole, with usage and the limit in the headers', async () => {
    const asked = client.chat.completions.create({ model: 'm', messages });
    const { data, response, request_id } = await asked.withResponse();
    expect(data.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', content: 'Hello from mock.', refusal: null },
    });
    expect(data.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 });
    expect(request_id).toMatch(/^req_\d+$/);
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('1000000');
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('999999');
    expect(response.headers.get('x-ratelimit-reset-requests')).toBe('1m0s');
  });

  it('M17: stream the same text token by token, with usage only where it is asked for', async () => {
    const stream_options = { include_usage: true };
    const body = { model: 'm', messages, stream: true } as const;
    const chunks = await all(client.chat.completions.create({ ...body, stream_options }));
    const deltas = chunks.map(({ choices }) => choices[0]?.delta.content ?? '');
    expect(deltas.filter(Boolean)).toEqual(['Hell', 'o fr', 'om m', 'ock.']);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 7 } });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    const bare = await all(client.chat.completions.create(body));
    expect(bare.every((chunk) => !('usage' in chunk) && chunk.choices.length === 1)).toBe(true);
  });

  it('M17: call a tool, whole and streamed through the SDK helper, and take its result', async () => {
    const call = {
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
    };
    const whole = await client.chat.completions.create({ model: 'm-tool', messages });
    expect(whole.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: null, tool_calls: [call] },
    });
    const streamed = client.chat.completions.stream({ model: 'm-tool', messages });
    const message = await streamed.finalMessage();
    expect(message.tool_calls).toMatchObject([call]);
    const tool_call_id = message.tool_calls?.[0]?.id ?? '';
    const result = { role: 'tool' as const, tool_call_id, content: 'Rain' };
    const next = await client.chat.completions.create({
      model: 'm-tool',
      messages: [...messages, message, result],
    });
    expect(next.choices[0]?.message.content).toBe('Hello from mock.');
  });

  it('M17: show reasoning in the field that open servers use', async () => {
    const chunks = await all(
      client.chat.completions.create({ model: 'm-think', messages, stream: true }),
    );
    const thought = chunks.map(({ choices }) => Object(choices[0]?.delta)['reasoning_content']);
    expect(thought.filter(Boolean).join('')).toBe('Let me think.');
    const whole = await client.chat.completions.create({ model: 'm-think', messages });
    expect(whole.choices[0]?.message).toMatchObject({ reasoning_content: 'Let me think.' });
    expect(whole.usage?.completion_tokens_details?.reasoning_tokens).toBe(4);
  });

  it('M17: stop at the length that the request allows', async () => {
    const body = { model: 'm', messages, max_completion_tokens: 2 };
    const { choices, usage } = await client.chat.completions.create(body);
    expect(choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'Hello fr' } });
    expect(usage?.completion_tokens).toBe(2);
  });
});

describe('responses through the official SDK', () => {
  it('M17: answer whole, with usage', async () => {
    const response = await client.responses.create({ model: 'm', input: 'What is new?' });
    expect(response).toMatchObject({ status: 'completed', output_text: 'Hello from mock.' });
    expect(response.usage).toMatchObject({ input_tokens: 3, output_tokens: 4, total_tokens: 7 });
  });

  it('M17: stream events numbered without a gap, from which the SDK helper builds the same response', async () => {
    for (const model of ['m', 'm-tool', 'm-think']) {
      const stream = client.responses.stream({ model, input: 'What is new?' });
      const events = await all(Promise.resolve(stream));
      expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
      const built = await stream.finalResponse();
      const whole = await client.responses.create({ model, input: 'What is new?' });
      expect(built.output.map(content)).toEqual(whole.output.map(content));
      expect(built.usage).toEqual(whole.usage);
      expect(events.at(-1)?.type).toBe('response.completed');
    }
  });

  it('M17: take a tool result back', async () => {
    const { output } = await client.responses.create({ model: 'm-tool', input: 'Weather?' });
    const call = output.find((item) => item.type === 'function_call');
    if (call === undefined) throw new Error('It called no tool.');
    expect(call.arguments).toBe('{"city":"Oslo"}');
    const next = await client.responses.create({
      model: 'm-tool',
      input: [
        { role: 'user', content: 'Weather?' },
        call,
        { type: 'function_call_output', call_id: call.call_id, output: 'Rain' },
      ],
    });
    expect(next.output_text).toBe('Hello from mock.');
  });

  it('M17: are incomplete at the length that the request allows', async () => {
    const body = { model: 'm', input: 'hi', max_output_tokens: 1 };
    const { status, incomplete_details, output_text } = await client.responses.create(body);
    expect({ status, output_text }).toEqual({ status: 'incomplete', output_text: 'Hell' });
    expect(incomplete_details).toEqual({ reason: 'max_output_tokens' });
  });

  it('M17: count a request as its reply does', async () => {
    const body = { model: 'm', instructions: 'Be brief.', input: 'What is new?' };
    const { input_tokens } = await client.responses.inputTokens.count(body);
    expect((await client.responses.create(body)).usage?.input_tokens).toBe(input_tokens);
  });

  it('M17: go on from one that was kept, and from no other', async () => {
    const first = await client.responses.create({ model: 'm', input: 'a'.repeat(400) });
    const on = { model: 'm', input: 'b'.repeat(40), previous_response_id: first.id };
    const second = await client.responses.create(on);
    // 400 and 40 characters, and the 16 of the answer between them.
    expect(second.usage?.input_tokens).toBe(114);
    expect(second.previous_response_id).toBe(first.id);
    const unkept = await client.responses.create({ model: 'm', input: 'a', store: false });
    for (const previous_response_id of [unkept.id, 'resp_unknown']) {
      await expect(client.responses.create({ ...on, previous_response_id })).rejects.toMatchObject({
        status: 400,
        code: 'previous_response_not_found',
      });
    }
  });

  it('M17: give reasoning in a form that can be sent back, where it is asked for', async () => {
    const include = ['reasoning.encrypted_content' as const];
    const { output } = await client.responses.create({ model: 'm-think', input: 'a', include });
    expect(output[0]).toMatchObject({ type: 'reasoning', encrypted_content: expect.any(String) });
    const plain = await client.responses.create({ model: 'm-think', input: 'a' });
    expect(plain.output[0]).not.toHaveProperty('encrypted_content');
  });
});

describe('listings and embeddings through the official SDK', () => {
  it('M17: list the models and find one', async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(['m', 'm-tool', 'm-think', 'm-slow', 'm-cold']);
    expect(await client.models.retrieve('m')).toMatchObject({ id: 'm', object: 'model' });
  });

  it('M17: embed equal texts alike, as numbers and as base64', async () => {
    const input = ['a', 'b', 'a'];
    const { data, usage } = await client.embeddings.create({ model: 'm', input, dimensions: 16 });
    const [a, b, again] = data.map(({ embedding }) => embedding);
    expect(a).toHaveLength(16);
    expect(a).toEqual(again);
    expect(a).not.toEqual(b);
    expect(Math.hypot(...(a ?? []))).toBeCloseTo(1);
    expect(usage).toEqual({ prompt_tokens: 1, total_tokens: 1 });
    const numbers = { model: 'm', input, dimensions: 16, encoding_format: 'float' } as const;
    expect((await client.embeddings.create(numbers)).data[0]?.embedding).toEqual(a);
  });
});

describe('refusals through the official SDK', () => {
  it.each([
    [400, OpenAI.BadRequestError, null],
    [401, OpenAI.AuthenticationError, 'invalid_api_key'],
    [403, OpenAI.PermissionDeniedError, null],
    [404, OpenAI.NotFoundError, 'model_not_found'],
    [413, OpenAI.APIError, null],
    [429, OpenAI.RateLimitError, 'rate_limit_exceeded'],
    [500, OpenAI.InternalServerError, null],
    [503, OpenAI.InternalServerError, null],
    [529, OpenAI.InternalServerError, null],
  ])('M17: %i is the SDK error of its kind, streamed or not', async (status, kind, code) => {
    for (const stream of [false, true]) {
      const asked = client.chat.completions.create({ model: `err-${status}`, messages, stream });
      const error = await asked.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ status, code, requestID: expect.stringMatching(/^req_/) });
    }
  });

  it('M17: 429 says when to come back', async () => {
    const asked = client.chat.completions.create({ model: 'err-429-7', messages });
    const error = await asked.catch((thrown: unknown) => thrown);
    if (!(error instanceof RateLimitError)) throw new Error('It was not refused.');
    expect(error.headers.get('retry-after')).toBe('7');
    expect(error.headers.get('retry-after-ms')).toBe('7000');
  });

  it('M17: the SDK retries a refusal by itself and comes back when it was told', async () => {
    const retrying = new OpenAI({ apiKey: 'k', baseURL: `${service.url}/v1`, maxRetries: 1 });
    const before = service.requests.length;
    await expect(
      retrying.chat.completions.create({ model: 'err-429-0', messages }),
    ).rejects.toBeInstanceOf(RateLimitError);
    expect(service.requests.length - before).toBe(2);
  });

  it('M17: a request without a model, without messages or to nowhere is refused', async () => {
    const create = (body: object) => client.post('/chat/completions', { body });
    await expect(create({ messages })).rejects.toMatchObject({ status: 400, param: 'model' });
    await expect(create({ model: 'm' })).rejects.toMatchObject({ status: 400, param: 'messages' });
    await expect(client.get('/nowhere')).rejects.toMatchObject({ status: 404 });
  });
});

async function all<T>(stream: Promise<AsyncIterable<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of await stream) items.push(item);
  return items;
}

/** Ids are made of the exchange, so that two replies differ in them alone; the SDK helper adds what it parsed. */
function content(item: OpenAI.Responses.ResponseOutputItem): object {
  return JSON.parse(
    JSON.stringify(item, (key, value) =>
      ['id', 'call_id', 'parsed', 'parsed_arguments'].includes(key) ? undefined : value,
    ),
  );
}
