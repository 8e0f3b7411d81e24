import type { ModelEvent, Part } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import type { OpenAiChunk, OpenAiDelta } from './openai-chunk.ts';
import { OpenAiChunkReader } from './openai-chunk-reader.ts';

const FROM = { where: 'test/m', headers: new Headers() };

type Piece = NonNullable<OpenAiDelta['tool_calls']>[number];

function chunk(delta: OpenAiDelta, finish: string | null = null): OpenAiChunk {
  return { id: 'c1', model: 'm', choices: [{ delta, finish_reason: finish }] };
}

function tools(...pieces: readonly Piece[]): OpenAiChunk {
  return chunk({ tool_calls: pieces });
}

function events(chunks: readonly OpenAiChunk[]): readonly ModelEvent[] {
  const seen: ModelEvent[] = [];
  const reader = new OpenAiChunkReader(FROM, { event: (event) => seen.push(event) });
  for (const one of chunks) reader.read(one);
  reader.end();
  return seen;
}

function parts(chunks: readonly OpenAiChunk[]): readonly Part[] {
  return events(chunks).flatMap((event) => (event.type === 'part' ? [event.part] : []));
}

/** The calls as `name(arguments)#id`. */
function calls(chunks: readonly OpenAiChunk[]): readonly string[] {
  return parts([...chunks, chunk({}, 'tool_calls')]).flatMap((part) =>
    part.type === 'tool-call' ? [`${part.name}(${part.raw})#${part.id}`] : [],
  );
}

const WHOLE = { name: 'read', arguments: '{"path":"a"}' };

describe('tool calls as servers really stream them', () => {
  it.each([
    [
      'OpenAI: the id once, then pieces by index, interleaved',
      [
        tools({ index: 0, id: 'a', function: { name: 'read', arguments: '' } }),
        tools({ index: 1, id: 'b', function: { name: 'list', arguments: '' } }),
        tools({ index: 0, function: { arguments: '{"path"' } }),
        tools({ index: 1, function: { arguments: '{}' } }),
        tools({ index: 0, function: { arguments: ':"a"}' } }),
      ],
      ['read({"path":"a"})#a', 'list({})#b'],
    ],
    [
      'Qwen: an empty id on every piece after the first',
      [
        tools({ index: 0, id: 'a', function: { name: 'read', arguments: '' } }),
        tools({ index: 0, id: '', function: { name: '', arguments: '{"path":' } }),
        tools({ index: 0, id: '', function: { arguments: '"a"}' } }),
      ],
      ['read({"path":"a"})#a'],
    ],
    [
      'Mistral: the id "null" continues, and names are null',
      [
        tools({ index: 0, id: 'a', function: { name: 'read', arguments: '{"path"' } }),
        tools({ index: 0, id: 'null', function: { name: null, arguments: ':"a"}' } }),
      ],
      ['read({"path":"a"})#a'],
    ],
    [
      'Grok: whole calls, all of them at index 0',
      [
        tools({ index: 0, id: 'a', function: WHOLE }),
        tools({ index: 0, id: 'b', function: { name: 'list', arguments: '{}' } }),
      ],
      ['read({"path":"a"})#a', 'list({})#b'],
    ],
    [
      'the same id repeated on every piece',
      [
        tools({ index: 0, id: 'a', function: { name: 'read', arguments: '{"path"' } }),
        tools({ index: 0, id: 'a', function: { name: 'read', arguments: ':"a"}' } }),
      ],
      ['read({"path":"a"})#a'],
    ],
    [
      'no index and no id, one whole call after another',
      [tools({ function: WHOLE }), tools({ function: { name: 'list', arguments: '{}' } })],
      ['read({"path":"a"})#call_c1_0', 'list({})#call_c1_1'],
    ],
    [
      'no index, with ids, several in one chunk',
      [tools({ id: 'a', function: WHOLE }, { id: 'b', function: WHOLE })],
      ['read({"path":"a"})#a', 'read({"path":"a"})#b'],
    ],
    [
      'arguments as an object',
      [tools({ index: 0, id: 'a', function: { name: 'read', arguments: { path: 'a' } } })],
      ['read({"path":"a"})#a'],
    ],
    ['no arguments at all', [tools({ index: 0, id: 'a', function: { name: 'now' } })], ['now()#a']],
  ])('M9: %s', (_, chunks, expected) => {
    expect(calls(chunks)).toEqual(expected);
  });

  it('V5: keeps what a model wrote that is no JSON, and says why', () => {
    const broken = tools({ index: 0, id: 'a', function: { name: 'read', arguments: '{"path":' } });
    const [part] = parts([broken, chunk({}, 'length')]);
    expect(part).toMatchObject({ type: 'tool-call', input: '{"path":', raw: '{"path":' });
    expect(part).toHaveProperty('invalid');
  });
});

describe('the rest of a stream', () => {
  it.each([
    ['reasoning_content', { reasoning_content: 'Hm.' }],
    ['reasoning', { reasoning: 'Hm.' }],
    [
      "Mistral's pieces",
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }] },
    ],
  ])('M9: reads reasoning in %s', (_, delta) => {
    expect(parts([chunk(delta), chunk({ content: 'Yes.' }), chunk({}, 'stop')])).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Yes.' },
    ]);
  });

  it.each([
    ['stop', {}, 'stop'],
    ['length', {}, 'length'],
    ['content_filter', {}, 'content-filter'],
    ['stop', { tool_calls: [{ index: 0, id: 'a', function: WHOLE }] }, 'tool-calls'],
    ['length', { tool_calls: [{ index: 0, id: 'a', function: WHOLE }] }, 'length'],
    ['stop', { refusal: 'No.' }, 'content-filter'],
    ['banana', {}, 'other'],
  ])('M9: %s after %j means %s', (raw, delta, reason) => {
    expect(events([chunk(delta), chunk({}, raw)]).at(-1)).toMatchObject({ reason, raw });
  });

  it('M9: takes the usage from wherever it comes, and leaves out what nobody reported', () => {
    const usage = {
      prompt_tokens: 12,
      completion_tokens: 4,
      prompt_tokens_details: { cached_tokens: 5, cache_write_tokens: null },
      completion_tokens_details: { reasoning_tokens: 2 },
    };
    expect(events([chunk({}, 'stop'), { choices: [], usage }]).at(-1)).toMatchObject({
      usage: { input: { total: 12, cacheRead: 5 }, output: { total: 4, reasoning: 2 }, raw: usage },
    });
    const none = { input: {}, output: {} };
    expect(events([chunk({}, 'stop')]).at(-1)).toMatchObject({ usage: none });
  });

  it('M9: reads a server that answers in one document', () => {
    const message = { content: 'Hello.' };
    const whole = { id: 'c', model: 'm', choices: [{ message, finish_reason: 'stop' }] };
    expect(parts([whole])).toEqual([{ type: 'text', text: 'Hello.' }]);
  });

  it('M18: throws the error that a server sends in mid-stream, and gives no finish without a reason', () => {
    const error = { message: 'mid', type: 'server_error', code: null };
    expect(() => events([chunk({ content: 'a' }), { error }])).toThrow(
      expect.objectContaining({ code: 'model.server' }),
    );
    expect(events([chunk({ content: 'a' })]).some(({ type }) => type === 'finish')).toBe(false);
  });
});
