import type { ModelEvent } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { AnthropicAnswerReader, anthropicUsage } from './anthropic-answer-reader.ts';

function readBy(take: (reader: AnthropicAnswerReader) => void): readonly ModelEvent[] {
  const seen: ModelEvent[] = [];
  const reader = new AnthropicAnswerReader(
    { where: 'anthropic/claude', headers: new Headers() },
    {
      event: (event) => seen.push(event),
      end: () => undefined,
    },
  );
  take(reader);
  reader.end();
  return seen;
}

type Sent = { readonly type: string } & Readonly<Record<string, unknown>>;

function read(...events: readonly Sent[]): readonly ModelEvent[] {
  return readBy((reader) => {
    for (const event of events) reader.event(JSON.stringify(event), event.type);
  });
}

describe("Anthropic's stream", () => {
  it('M9: is whole once the message has stopped, and reads a message that came in one piece', () => {
    const usage = { input_tokens: 3, output_tokens: 2 };
    const block = { type: 'tool_use', id: 't', name: 'look', input: { a: 1 } };
    const content = [{ type: 'text', text: 'Hi.' }, block];
    const message = { id: 'msg', model: 'claude', content, stop_reason: 'tool_use', usage };
    const whole = readBy((reader) => reader.whole(message));
    expect(whole).toMatchObject([
      { type: 'meta', responseId: 'msg', model: 'claude' },
      { type: 'part', index: 0, part: { type: 'text', text: 'Hi.' } },
      { type: 'part', index: 1, part: { type: 'tool-call', id: 't', input: { a: 1 } } },
      { type: 'finish', reason: 'tool-calls', usage: { input: { total: 3 } } },
    ]);
    const says: boolean[] = [];
    readBy((reader) => {
      says.push(reader.event(JSON.stringify({ type: 'message_start', message }), 'message_start'));
      says.push(reader.event('{"type":"message_stop"}', 'message_stop'));
    });
    expect(says).toEqual([false, true]);
  });

  it('M18: fails with what an error event says', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    expect(() => read(error)).toThrow(expect.objectContaining({ kind: 'overloaded' }));
    expect(() => readBy((reader) => reader.event('{', 'message_stop'))).toThrow('no JSON');
  });

  it('M9: passes over pings, whatever they hold, and what has neither a name nor a document', () => {
    expect(readBy((reader) => reader.event('{', 'ping'))).toEqual([]);
    for (const data of ['[DONE]', 'still there', 'null']) {
      expect(readBy((reader) => reader.event(data, ''))).toEqual([]);
    }
  });

  it('M9: keeps signatures, redacted reasoning and blocks of other kinds', () => {
    const seen = read(
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'signature_delta', signature: 'sig' },
      },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'content_block_start',
        index: 1,
        content_block: { type: 'redacted_thinking', data: 'blob' },
      },
      { type: 'content_block_stop', index: 1 },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      },
      {
        type: 'content_block_delta',
        index: 2,
        delta: { type: 'input_json_delta', partial_json: '{"query":"x"}' },
      },
      { type: 'content_block_stop', index: 2 },
      { type: 'something_new', index: 9 },
    );
    expect(seen.flatMap((event) => (event.type === 'part' ? [event.part] : []))).toEqual([
      { type: 'reasoning', text: 'Hm.', meta: { anthropic: { signature: 'sig' } } },
      { type: 'reasoning', text: '', meta: { anthropic: { redacted: 'blob' } } },
      {
        type: 'custom',
        kind: 'anthropic.server_tool_use',
        data: { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
      },
    ]);
    expect(seen.some(({ type }) => type === 'finish')).toBe(false);
  });

  it('M9: gives a block that is closed twice once, and one that is still open at the end', () => {
    const seen = read(
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'One.' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Two.' } },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'tool_use', id: 't', name: 'get' },
      },
      { type: 'message_stop' },
    );
    expect(seen.map((event) => (event.type === 'part' ? event.part : event.type))).toEqual([
      { type: 'text', text: 'One.' },
      'delta',
      { type: 'text', text: 'Two.' },
      { type: 'tool-call', id: 't', name: 'get', raw: '{}', input: {} },
      'finish',
    ]);
  });

  it('M9: gives no block that is still open where the message has not stopped', () => {
    const block = { type: 'text', text: 'One.' };
    expect(read({ type: 'content_block_start', index: 0, content_block: block })).toEqual([]);
  });

  it.each([
    ['end_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool-calls'],
    ['refusal', 'content-filter'],
    ['pause_turn', 'other'],
  ])('M9: %s means %s', (raw, reason) => {
    const events = read(
      { type: 'message_delta', delta: { stop_reason: raw }, usage: {} },
      { type: 'message_stop' },
    );
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason, raw });
  });

  it('M9: counts the cache into the input, takes the newest counts, and skips nulls', () => {
    const usage = {
      input_tokens: 7,
      cache_read_input_tokens: 5,
      cache_creation_input_tokens: 2,
      output_tokens: 1,
    };
    const message = { id: 'msg', model: 'claude', usage };
    const seen = read(
      { type: 'message_start', message },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: {
          output_tokens: 4,
          input_tokens: null,
          output_tokens_details: { thinking_tokens: 3 },
        },
      },
      { type: 'message_stop' },
    );
    expect(seen.at(-1)).toMatchObject({
      usage: {
        input: { total: 14, cacheRead: 5, cacheWrite: 2 },
        output: { total: 4, reasoning: 3 },
      },
    });
    expect(anthropicUsage({})).toMatchObject({ input: {}, output: {} });
  });
});
