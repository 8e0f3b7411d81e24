import Anthropic from '@anthropic-ai/sdk';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockService } from '../service.ts';

const service = await startMockService();
const client = new Anthropic({ apiKey: 'k', baseURL: service.url, maxRetries: 0 });
const messages = [{ role: 'user' as const, content: 'What is new?' }];
const ask = (model: string) => ({ model, messages, max_tokens: 100 });

afterAll(() => service.close());

describe('messages through the official SDK', () => {
  it('M17: answer whole, with usage and the limit in the headers', async () => {
    const { data, response, request_id } = await client.messages.create(ask('m')).withResponse();
    expect(data).toMatchObject({
      role: 'assistant',
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: 'Hello from mock.' }],
      usage: { input_tokens: 3, output_tokens: 4 },
    });
    expect(request_id).toMatch(/^req_\d+$/);
    const limit = (what: string) => response.headers.get(`anthropic-ratelimit-requests-${what}`);
    expect([limit('limit'), limit('remaining')]).toEqual(['1000000', '999999']);
    expect(Date.parse(limit('reset') ?? '')).toBeGreaterThan(Date.now());
  });

  it('M17: stream events from which the SDK helper builds the same message', async () => {
    for (const model of ['m', 'm-tool', 'm-think', 'm-cache']) {
      const built = await client.messages.stream(ask(model)).finalMessage();
      const whole = await client.messages.create(ask(model));
      expect(built.content.map(withoutId)).toEqual(whole.content.map(withoutId));
      expect(built.stop_reason).toBe(whole.stop_reason);
      expect(built.usage).toEqual(whole.usage);
    }
  });

  it('M17: stream in the order of the wire, a ping included', async () => {
    const response = await client.messages.create({ ...ask('m-think'), stream: true }).asResponse();
    const names = [...(await response.text()).matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
    expect(names.slice(0, 4)).toEqual([
      'message_start',
      'ping',
      'content_block_start',
      'content_block_delta',
    ]);
    expect(names.slice(-3)).toEqual(['content_block_stop', 'message_delta', 'message_stop']);
  });

  it('M17: call a tool and take its result', async () => {
    const { content, stop_reason } = await client.messages.create(ask('m-tool'));
    expect(stop_reason).toBe('tool_use');
    const call = content.find((block) => block.type === 'tool_use');
    expect(call).toMatchObject({ name: 'get_weather', input: { city: 'Oslo' } });
    const result = { type: 'tool_result' as const, tool_use_id: call?.id ?? '', content: 'Rain' };
    const next = await client.messages.create({
      ...ask('m-tool'),
      messages: [...messages, { role: 'assistant', content }, { role: 'user', content: [result] }],
    });
    expect(next.content).toMatchObject([{ text: 'Hello from mock.' }]);
  });

  it('M17: count input without what the cache gave, as Anthropic does', async () => {
    const { usage } = await client.messages.create(ask('m-cache'));
    expect(usage).toMatchObject({
      input_tokens: 7,
      cache_read_input_tokens: 5,
      cache_creation_input_tokens: 2,
    });
  });

  it('M17: stop at the length that the request allows', async () => {
    const message = await client.messages.create({ ...ask('m'), max_tokens: 2 });
    expect(message).toMatchObject({ stop_reason: 'max_tokens', content: [{ text: 'Hello fr' }] });
  });

  it('M17: count a request as its reply does', async () => {
    const system = [{ type: 'text' as const, text: 'Be brief.' }];
    const input_schema = { type: 'object' as const, properties: {} };
    const tools = [{ name: 'get_weather', input_schema }];
    const body = { model: 'm', messages, system, tools };
    const { input_tokens } = await client.messages.countTokens(body);
    const { usage } = await client.messages.create({ ...body, max_tokens: 9 });
    expect(usage.input_tokens).toBe(input_tokens);
    expect(input_tokens).toBeGreaterThan(15);
  });

  it('M17: list the models and find one', async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(['m', 'm-tool', 'm-think', 'm-slow', 'm-cold']);
    const model = await client.models.retrieve('m');
    expect(model).toMatchObject({ id: 'm', max_input_tokens: 200_000, lifecycle: 'active' });
  });
});

describe('refusals through the official SDK', () => {
  it.each([
    [400, Anthropic.BadRequestError, 'invalid_request_error'],
    [401, Anthropic.AuthenticationError, 'authentication_error'],
    [403, Anthropic.PermissionDeniedError, 'permission_error'],
    [404, Anthropic.NotFoundError, 'not_found_error'],
    [413, Anthropic.APIError, 'request_too_large'],
    [429, Anthropic.RateLimitError, 'rate_limit_error'],
    [500, Anthropic.InternalServerError, 'api_error'],
    [529, Anthropic.InternalServerError, 'overloaded_error'],
  ])('M17: %i is the SDK error of its kind, streamed or not', async (status, kind, type) => {
    for (const stream of [false, true]) {
      const asked = client.messages.create({ ...ask(`err-${status}-3`), stream });
      const error = await asked.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ status, type, requestID: expect.stringMatching(/^req_/) });
      expect(Object(error).headers.get('retry-after')).toBe('3');
    }
  });

  it('M17: counting and finding are refused like asking', async () => {
    await expect(
      client.messages.countTokens({ model: 'err-429', messages }),
    ).rejects.toBeInstanceOf(Anthropic.RateLimitError);
    await expect(client.models.retrieve('err-404')).rejects.toMatchObject({ status: 404 });
  });

  it('M17: a request without max_tokens, model or messages is refused', async () => {
    const create = (body: object) => client.post('/v1/messages', { body });
    await expect(create({ model: 'm', messages })).rejects.toMatchObject({ status: 400 });
    await expect(create({ max_tokens: 1, messages })).rejects.toMatchObject({ status: 400 });
    await expect(create({ model: 'm', max_tokens: 1 })).rejects.toMatchObject({ status: 400 });
  });
});

/** Ids are made of the exchange, so that two replies differ in them alone. */
function withoutId(block: Anthropic.ContentBlock): object {
  return { ...block, id: undefined };
}
