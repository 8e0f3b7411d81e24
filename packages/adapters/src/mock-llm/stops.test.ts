import { Anthropic } from '@anthropic-ai/sdk';
import { generate } from '@overseer/core/plugin';
import type { ModelRequest } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { everyAdapter } from '../internal/every-adapter.fixture.ts';
import { type MockReply, mockFetch, startMockService } from './index.ts';

const models = [{ id: 'm' }];
const withReply = (reply: MockReply) => ({ models, rules: [{ name: 'says', reply }] });
const REQUEST: ModelRequest = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  stop: ['END', 'from'],
};
/** Responses have no field for it. */
const STOPPING = everyAdapter.filter(({ dialect }) => dialect !== 'openai-responses');

describe.each(STOPPING)('texts that end an answer, asked for by $name', ({ create }) => {
  it('M17 M9: end it before the first of them, tools and all', async () => {
    const toolCalls = [{ name: 'get_weather', input: {} }];
    const scenario = withReply({ text: 'Hello from here to the END.', toolCalls });
    await using service = await startMockService({ scenario });
    const ctx = { signal: AbortSignal.timeout(5_000) };
    const { text, reason, parts } = await generate(create('m', service.url), REQUEST, ctx);
    expect([text, reason, parts.length]).toEqual(['Hello ', 'stop', 1]);
  });
});

it('M17: those that do not come, or not within the most tokens, end nothing', async () => {
  const { fetch } = mockFetch({ scenario: withReply({ text: 'Hello from mock.' }) });
  const ask = async (more: object) => {
    const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more };
    const url = 'http://mock/v1/chat/completions';
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    const { choices } = (await response.json()) as {
      readonly choices: readonly { readonly message: object; readonly finish_reason: string }[];
    };
    return choices[0];
  };
  expect(await ask({ stop: 'END' })).toMatchObject({
    message: { content: 'Hello from mock.' },
    finish_reason: 'stop',
  });
  expect(await ask({ stop: 'mock', max_tokens: 1 })).toMatchObject({
    message: { content: 'Hell' },
    finish_reason: 'length',
  });
});

it('M17: Anthropic says which it was', async () => {
  await using service = await startMockService({ scenario: withReply({ text: 'One, two.' }) });
  const client = new Anthropic({ apiKey: 'k', baseURL: service.url });
  const asked = {
    model: 'm',
    max_tokens: 50,
    stop_sequences: ['two'],
    messages: [{ role: 'user' as const, content: 'hi' }],
  };
  const said = { stop_reason: 'stop_sequence', stop_sequence: 'two' };
  expect(await client.messages.create(asked)).toMatchObject(said);
  expect(await client.messages.stream(asked).finalMessage()).toMatchObject(said);
});
