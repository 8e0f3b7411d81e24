import type { ModelEvent } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { type CreateReader, readBody } from '../internal/read-body.fixture.ts';
import { CohereAnswerReader } from './cohere-answer-reader.ts';

const create: CreateReader = (from, sink) => new CohereAnswerReader(from, sink, 'command-a');

const START = event('message-start', { id: 'c1' });
const END = last({ finish_reason: 'COMPLETE' });

function event(type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function message(type: string, fields: object, index = 0): string {
  return event(type, { index, delta: { message: fields } });
}

function last(delta: object): string {
  return event('message-end', { id: 'c1', delta });
}

function read(...pieces: readonly string[]) {
  return readBody(create, [START, ...pieces]);
}

function partsOf(events: readonly ModelEvent[]) {
  return events.flatMap((event) => (event.type === 'part' ? [event.part] : []));
}

describe("Cohere's answer", () => {
  it('M9: is thoughts and words in blocks, and whole at its last event', () => {
    const { events, whole } = read(
      message('content-start', { content: { type: 'thinking', thinking: '' } }),
      message('content-delta', { content: { thinking: 'Let me think.' } }),
      event('content-end', { index: 0 }),
      message('content-start', { content: { type: 'text', text: 'Hel' } }, 1),
      message('content-delta', { content: { text: 'lo.' } }, 1),
      event('content-end', { index: 1 }),
      event('debug', { prompt: 'x' }),
      END,
    );
    expect(whole).toBe(true);
    expect(partsOf(events)).toEqual([
      { type: 'reasoning', text: 'Let me think.', meta: { cohere: { kind: 'thinking' } } },
      { type: 'text', text: 'Hello.' },
    ]);
    expect(events[0]).toEqual({ type: 'meta', responseId: 'c1', model: 'command-a' });
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop', raw: 'COMPLETE' });
  });

  it('M9: is a plan, and calls whose arguments come in pieces, also mixed', () => {
    const start = (index: number, call: object) =>
      message('tool-call-start', { tool_calls: { type: 'function', ...call } }, index);
    const more = (index: number, text: string) =>
      message('tool-call-delta', { tool_calls: { function: { arguments: text } } }, index);
    const { events } = read(
      message('tool-plan-delta', { tool_plan: 'I will ' }),
      message('tool-plan-delta', { tool_plan: 'look.' }),
      start(0, { id: 'a', function: { name: 'get', arguments: '' } }),
      more(0, '{"x"'),
      start(1, { function: { name: 'set', arguments: '{' } }),
      more(1, '}'),
      more(0, ':1}'),
      event('tool-call-end', { index: 0 }),
      event('tool-call-end', { index: 1 }),
      last({ finish_reason: 'TOOL_CALL' }),
    );
    expect(partsOf(events)).toEqual([
      { type: 'reasoning', text: 'I will look.', meta: { cohere: { kind: 'plan' } } },
      { type: 'tool-call', id: 'a', name: 'get', raw: '{"x":1}', input: { x: 1 } },
      { type: 'tool-call', id: 'call_c1_1', name: 'set', raw: '{}', input: {} },
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'tool-calls' });
  });

  it('M9: keeps what was never closed, and citations as data of its own', () => {
    const citation = { start: 0, end: 2, text: 'So', sources: [] };
    const { events } = read(
      message('content-start', { content: { type: 'text', text: 'So.' } }),
      message('citation-start', { citations: citation }),
      event('citation-end', { index: 0 }),
      END,
    );
    expect(partsOf(events)).toEqual([
      { type: 'text', text: 'So.' },
      { type: 'custom', kind: 'cohere.citations', data: [citation] },
    ]);
  });

  it.each([
    ['STOP_SEQUENCE', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['ERROR_TOXIC', 'content-filter'],
    ['OF_NEXT_YEAR', 'other'],
  ])('M9: %s is %s', (raw, reason) => {
    expect(read(last({ finish_reason: raw })).events.at(-1)).toMatchObject({ reason, raw });
  });

  it('O1 M9: counts what was used, of which the cache gave some', () => {
    const usage = {
      billed_units: { input_tokens: 7, output_tokens: 3 },
      tokens: { input_tokens: 70, output_tokens: 4 },
      cached_tokens: 30,
    };
    expect(read(last({ finish_reason: 'COMPLETE', usage })).events.at(-1)).toMatchObject({
      usage: { input: { total: 70, cacheRead: 30 }, output: { total: 4 }, raw: usage },
    });
    const billed = { billed_units: { input_tokens: 7, output_tokens: 3 } };
    expect(read(last({ finish_reason: 'COMPLETE', usage: billed })).events.at(-1)).toMatchObject({
      usage: { input: { total: 7 }, output: { total: 3 } },
    });
  });

  it.each([
    [{ finish_reason: 'ERROR', error: 'internal server error' }, 'server', 'internal server error'],
    [{ finish_reason: 'ERROR' }, 'server', 'failed'],
    [{ error: 'out of memory' }, 'server', 'out of memory'],
    [{ finish_reason: 'TIMEOUT' }, 'timeout', 'longer'],
  ])('M18: %j at the end is a failure that another try may cure', (delta, kind, said) => {
    const { error } = read(message('content-delta', { content: { text: 'a' } }), last(delta));
    expect(error).toMatchObject({ kind, retryable: true, message: expect.stringContaining(said) });
  });

  it('M9: reads a document', () => {
    const document = {
      id: 'c1',
      finish_reason: 'TOOL_CALL',
      message: {
        role: 'assistant',
        tool_plan: 'I plan.',
        content: [{ type: 'text', text: 'So.' }],
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'get', arguments: '{}' } }],
      },
      usage: { tokens: { input_tokens: 1, output_tokens: 2 } },
    };
    const { events } = readBody(create, [JSON.stringify(document)], {
      'content-type': 'application/json',
    });
    expect(partsOf(events).map(({ type }) => type)).toEqual(['reasoning', 'text', 'tool-call']);
    expect(events.at(-1)).toMatchObject({ reason: 'tool-calls', usage: { output: { total: 2 } } });
  });

  it('M18: an answer that never ends gives no finish', () => {
    const { events } = read(message('content-delta', { content: { text: 'a' } }));
    expect(events.some(({ type }) => type === 'finish')).toBe(false);
  });
});
