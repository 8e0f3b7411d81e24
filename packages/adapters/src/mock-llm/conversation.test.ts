import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockService } from './service.ts';

const service = await startMockService();
const quiet = { apiKey: 'k', maxRetries: 0, logLevel: 'off' } as const;
const openai = new OpenAI({ ...quiet, baseURL: `${service.url}/v1` });
const anthropic = new Anthropic({ ...quiet, baseURL: service.url });

afterAll(() => service.close());

describe('a conversation whose calls and results do not meet', () => {
  const user = { role: 'user' as const, content: 'Is it warm?' };
  const called = {
    role: 'assistant' as const,
    content: null,
    tool_calls: ['a', 'b'].map((id) => ({
      id,
      type: 'function' as const,
      function: { name: 'get_weather', arguments: '{}' },
    })),
  };
  const result = (tool_call_id: string) => ({ role: 'tool' as const, tool_call_id, content: '7' });

  it.each([
    ['a call without its result', [user, called, result('a')], /did not have response messages: b/],
    ['results later than the next turn', [user, called, user, result('a'), result('b')], /: a, b/],
    ['a result without a call', [user, result('a')], /must be a response to a preceeding message/],
  ])('M17: is refused as chat completions refuse %s', async (_, messages, why) => {
    const asked = openai.chat.completions.create({ model: 'm', messages });
    await expect(asked).rejects.toMatchObject({ status: 400, message: expect.stringMatching(why) });
  });

  it('M17: is taken by chat completions where they do', async () => {
    const messages = [user, called, result('b'), result('a'), user];
    expect((await openai.chat.completions.create({ model: 'm', messages })).choices).toHaveLength(
      1,
    );
  });

  const call = {
    type: 'function_call',
    call_id: 'a',
    name: 'get_weather',
    arguments: '{}',
  } as const;
  const output = { type: 'function_call_output', call_id: 'a', output: '7' } as const;

  it.each([
    ['a call without its result', [user, call], 'No tool output found for function call a.'],
    ['a result without a call', [user, output], 'No tool call found for function call output'],
  ])('M17: is refused as responses refuse %s', async (_, input, why) => {
    const asked = openai.responses.create({ model: 'm', input });
    await expect(asked).rejects.toMatchObject({ status: 400, param: 'input' });
    await expect(asked).rejects.toThrow(why);
  });

  it('M17: is taken by responses where the call is of a turn before', async () => {
    const input = 'Is it warm?';
    const { id, output: items } = await openai.responses.create({ model: 'm-tool', input });
    const [first] = items.filter((item) => item.type === 'function_call');
    const next = { ...output, call_id: first?.call_id ?? '' };
    const on = { model: 'm-tool', input: [next], previous_response_id: id };
    expect((await openai.responses.create(on)).output_text).toBe('Hello from mock.');
  });

  const use = { type: 'tool_use' as const, id: 'a', name: 'get_weather', input: {} };
  const told = { type: 'tool_result' as const, tool_use_id: 'a', content: '7' };
  const said = (content: Anthropic.ContentBlockParam[]) => ({
    role: 'assistant' as const,
    content,
  });
  const turn = (content: Anthropic.ContentBlockParam[]) => ({ role: 'user' as const, content });
  const words = { type: 'text' as const, text: 'Go on.' };

  it.each([
    ['a call without its result', [user, said([use]), turn([words])], 'messages.1: `tool_use` ids'],
    ['a call at the end', [user, said([use])], 'messages.1: `tool_use` ids'],
    ['a result without a call', [user, said([words]), turn([told])], 'messages.2.content.0: unex'],
  ])('M17: is refused as Anthropic refuses %s', async (_, messages, why) => {
    const asked = anthropic.messages.create({ model: 'm', max_tokens: 9, messages });
    await expect(asked).rejects.toMatchObject({ status: 400 });
    await expect(asked).rejects.toThrow(why);
  });

  it('M17: is taken by Anthropic where they do, and counted', async () => {
    const other = { ...use, id: 'b' };
    const messages = [
      user,
      said([use, other]),
      // Turns of one role after each other are one.
      turn([{ ...told, tool_use_id: 'b' }]),
      turn([told]),
    ];
    const body = { model: 'm', messages };
    const { usage } = await anthropic.messages.create({ ...body, max_tokens: 9 });
    const counted = await anthropic.messages.countTokens(body);
    expect(counted.input_tokens).toBe(usage.input_tokens);
  });
});

describe('thoughts that are sent back', () => {
  const user = { role: 'user' as const, content: 'Is it warm?' };

  it('M17: are taken with the signature that they came with, and refused with another', async () => {
    const body = { model: 'm-think', max_tokens: 99 };
    const { content } = await anthropic.messages.create({ ...body, messages: [user] });
    const again = (blocks: Anthropic.ContentBlockParam[]) =>
      anthropic.messages.create({
        ...body,
        messages: [user, { role: 'assistant', content: blocks }, user],
      });
    expect((await again(content)).stop_reason).toBe('end_turn');
    const changed = content.map((block) =>
      block.type === 'thinking' ? { ...block, thinking: 'Something else.' } : block,
    );
    await expect(again(changed)).rejects.toThrow(
      'messages.1.content.0: Invalid `signature` in `thinking` block',
    );
  });
});

describe('a bound of the reply', () => {
  const messages = [{ role: 'user' as const, content: 'Is it warm?' }];

  it('M17: is refused where no token fits into it', async () => {
    await expect(
      anthropic.messages.create({ model: 'm', max_tokens: 0, messages }),
    ).rejects.toThrow('max_tokens: must be greater than or equal to 1');
    await expect(
      openai.chat.completions.create({ model: 'm', messages, max_completion_tokens: 0 }),
    ).rejects.toMatchObject({ status: 400, param: 'max_completion_tokens' });
  });

  it('M17: is none where a server at home is told -1', async () => {
    const asked = { model: 'm', messages, max_tokens: -1 };
    const { choices } = await openai.chat.completions.create(asked);
    expect(choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'Hello from mock.' },
    });
  });

  it('M17: has no more than four stops, or one that is not empty', async () => {
    const stop = ['a', 'b', 'c', 'd', 'e'];
    await expect(
      openai.chat.completions.create({ model: 'm', messages, stop }),
    ).rejects.toMatchObject({ status: 400, param: 'stop' });
    await expect(
      anthropic.messages.create({ model: 'm', max_tokens: 9, messages, stop_sequences: [' '] }),
    ).rejects.toThrow('stop_sequences: each stop sequence must contain non-whitespace');
  });
});
