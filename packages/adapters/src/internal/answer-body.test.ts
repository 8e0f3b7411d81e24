import type { ModelEvent } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { AnthropicAnswerReader } from '../anthropic/anthropic-answer-reader.ts';
import { OpenAiAnswerReader } from './openai-answer-reader.ts';
import { type CreateReader, readBody } from './read-body.fixture.ts';

interface Wire {
  readonly create: CreateReader;
  /** An answer that says `Hé 😀` in two pieces, event by event. */
  readonly events: readonly string[];
  /** The same without its usage. */
  readonly unmeasured: readonly string[];
  /** The same in one document. */
  readonly document: string;
}

const OPENAI_END = '{"id":"c","model":"m","choices":[{"delta":{},"finish_reason":"stop"}]}';
const ANTHROPIC_TEXT = [
  '{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}',
  '{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hé "}}',
  '{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"😀"}}',
  '{"type":"content_block_stop","index":1}',
];

const wires: Readonly<Record<string, Wire>> = {
  OpenAI: {
    create: (from, sink) => new OpenAiAnswerReader(from, sink),
    events: [
      'data: {"id":"c","model":"m","choices":[{"delta":{"content":"Hé "}}]}',
      'data: {"id":"c","model":"m","choices":[{"delta":{"content":"😀"}}]}',
      `data: ${OPENAI_END}`,
      'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}',
      'data: [DONE]',
    ],
    unmeasured: [
      'data: {"id":"c","model":"m","choices":[{"delta":{"content":"Hé 😀"}}]}',
      `data: ${OPENAI_END}`,
      'data: [DONE]',
    ],
    document:
      '{"id":"c","model":"m","choices":[{"message":{"content":"Hé 😀"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}',
  },
  Anthropic: {
    create: (from, sink) => new AnthropicAnswerReader(from, sink),
    events: [
      '{"type":"message_start","message":{"id":"c","model":"m","usage":{"input_tokens":3}}}',
      ...ANTHROPIC_TEXT,
      '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}',
      '{"type":"message_stop"}',
    ].map((data) => `event: ${JSON.parse(data).type}\ndata: ${data}`),
    unmeasured: [
      '{"type":"message_start","message":{"id":"c","model":"m"}}',
      ...ANTHROPIC_TEXT,
      '{"type":"message_delta","delta":{"stop_reason":"end_turn"}}',
      '{"type":"message_stop"}',
    ].map((data) => `data: ${data}`),
    document:
      '{"id":"c","model":"m","content":[{"type":"text","text":"Hé 😀"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}',
  },
};

const EVENTS = { 'content-type': 'text/event-stream; charset=utf-8' };
const JSON_TYPE = { 'content-type': 'application/json' };

/** What was said, how it ended, and what it used. */
function said(events: readonly ModelEvent[]): readonly unknown[] {
  const deltas = events.flatMap((event) => (event.type === 'delta' ? [event.text] : []));
  const parts = events.flatMap((event) => (event.type === 'part' ? [event.part] : []));
  const finish = events.at(-1);
  return finish?.type === 'finish'
    ? [deltas.join(''), parts, finish.reason, finish.usage.input.total, finish.usage.output.total]
    : [deltas.join(''), parts];
}

const PARTS = [{ type: 'text', text: 'Hé 😀' }];
const WHOLE = ['Hé 😀', PARTS, 'stop', 3, 2];

describe.each(Object.entries(wires))('the body of an answer of %s', (_, wire) => {
  const { create, events, unmeasured, document } = wire;
  const stream = events.map((event) => `${event}\n\n`).join('');

  it.each<readonly [name: string, body: string]>([
    ['line feeds', stream],
    ['CR LF', stream.replaceAll('\n', '\r\n')],
    ['CR alone', stream.replaceAll('\n', '\r')],
    ['a byte order mark', `\uFEFF${stream}`],
    ['empty lines and spaces before it', `\n \r\n${stream}`],
    ['comments', `: hello\n\n${events.map((event) => `${event}\n: still there\n\n`).join('')}`],
    ['several data lines', stream.replaceAll(',"', ',\ndata: "')],
    ['ids and times to wait', events.map((event) => `id: 7\nretry: 1\n${event}\n\n`).join('')],
    [
      'pings with nothing to say',
      events.map((event) => `event: ping\ndata:\n\n${event}\n\n`).join(''),
    ],
    ['pings in words', events.map((event) => `event: ping\ndata: hello\n\n${event}\n\n`).join('')],
    ['events without data', events.map((event) => `event: beat\ndata:\n\n${event}\n\n`).join('')],
    ['a last event without its empty line', stream.trimEnd()],
    ['more after the end', `${stream}data: {bad\n\nevent: error\ndata: too late\n\n`],
  ])('M9: is read with %s', (_name, body) => {
    const read = readBody(create, [body], EVENTS);
    expect([read.error, read.whole, said(read.events)]).toEqual([undefined, true, WHOLE]);
  });

  it('M9: is read however its bytes are cut, in the middle of characters too', () => {
    const bytes = new TextEncoder().encode(`\uFEFF${stream}`);
    for (const size of [1, 2, 3, 7]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_piece, at) =>
        bytes.slice(at * size, (at + 1) * size),
      );
      expect(said(readBody(create, pieces, EVENTS).events)).toEqual(WHOLE);
    }
  });

  it.each<readonly [name: string, headers: Readonly<Record<string, string>>]>([
    ['a document', JSON_TYPE],
    ['plain text', { 'content-type': 'text/plain' }],
    ['nothing', {}],
  ])('M9: is read as what it is where it is said to be %s', (_name, headers) => {
    expect(said(readBody(create, [stream], headers).events)).toEqual(WHOLE);
    const [, ...rest] = said(readBody(create, [` \n${document}`], headers).events);
    expect(rest).toEqual(WHOLE.slice(1));
  });

  it('M9: is read from one document, however that is cut', () => {
    const bytes = new TextEncoder().encode(`\uFEFF${document}`);
    const pieces = Array.from(bytes, (_byte, at) => bytes.slice(at, at + 1));
    const [, ...rest] = said(readBody(create, pieces, JSON_TYPE).events);
    expect(rest).toEqual(WHOLE.slice(1));
  });

  it('M9: counts nothing where the server does not', () => {
    const body = unmeasured.map((event) => `${event}\n\n`).join('');
    const { events: seen } = readBody(create, [body], EVENTS);
    expect(said(seen)).toEqual(['Hé 😀', PARTS, 'stop', undefined, undefined]);
  });

  it('M18: has no finish where it just ends', () => {
    for (const body of ['', '\n', events.slice(0, -3).join('\n\n')]) {
      const read = readBody(create, [body], EVENTS);
      expect([read.error, read.whole]).toEqual([undefined, false]);
      expect(read.events.some(({ type }) => type === 'finish')).toBe(false);
    }
  });

  it('M6: is refused where a line of it has no end', () => {
    const pieces = Array.from({ length: 18 }, () => 'x'.repeat(1024 * 1024));
    const { error } = readBody(create, ['data: ', ...pieces], EVENTS);
    expect(error).toMatchObject({ code: 'model.protocol' });
  });
});
