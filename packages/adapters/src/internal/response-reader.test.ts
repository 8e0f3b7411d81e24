import type { ModelEvent, Part } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { type ResponseCall, ResponseReader } from './response-reader.ts';

const FROM = { where: 'openai/m', headers: new Headers() };
const CALL: ResponseCall = { provider: 'openai', items: [], previous: undefined, keeps: false };

function read(events: readonly object[], call: ResponseCall = CALL) {
  const seen: ModelEvent[] = [];
  const reader = new ResponseReader(FROM, { event: (event) => void seen.push(event) }, call);
  const wholes = events.map((event) => reader.event(JSON.stringify(event), ''));
  reader.end();
  return { seen, wholes };
}

function partsOf(seen: readonly ModelEvent[]): readonly Part[] {
  return seen.flatMap((event) => (event.type === 'part' ? [event.part] : []));
}

function done(output_index: number, item: object): object {
  return { type: 'response.output_item.done', output_index, item };
}

const TEXT = { type: 'message', content: [{ type: 'output_text', text: 'Hello.' }] };
const COMPLETED = {
  type: 'response.completed',
  response: {
    id: 'resp_1',
    model: 'm',
    usage: {
      input_tokens: 9,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 3 },
    },
  },
};

describe('the reader of responses', () => {
  it('M9: gives deltas as they come, parts in the order of the output, and one finish with the usage', () => {
    const { seen, wholes } = read([
      { type: 'response.created', response: { id: 'resp_1', model: 'm' } },
      { type: 'response.output_text.delta', output_index: 1, delta: 'Hel' },
      { type: 'response.something_new', what: 7 },
      done(1, TEXT),
      done(0, { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }] }),
      COMPLETED,
    ]);
    expect(wholes).toEqual([false, false, false, false, false, true]);
    expect(seen[0]).toEqual({ type: 'meta', responseId: 'resp_1', model: 'm' });
    expect(seen[1]).toEqual({ type: 'delta', index: 1, kind: 'text', text: 'Hel' });
    expect(partsOf(seen)).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hello.' },
    ]);
    expect(seen.at(-1)).toMatchObject({
      type: 'finish',
      reason: 'stop',
      usage: {
        input: { total: 9, cacheRead: 4, cacheWrite: 2 },
        output: { total: 5, reasoning: 3 },
      },
    });
    expect(seen.filter(({ type }) => type === 'finish')).toHaveLength(1);
  });

  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content-filter'],
    ['something_else', 'other'],
  ])('M9: an answer that is incomplete by %s stops by %s', (reason, stopped) => {
    const response = { id: 'r', incomplete_details: { reason }, output: [TEXT] };
    const { seen } = read([{ type: 'response.incomplete', response }]);
    expect(seen.at(-1)).toMatchObject({ type: 'finish', reason: stopped, raw: reason });
    expect(partsOf(seen)).toEqual([{ type: 'text', text: 'Hello.' }]);
  });

  it('M9: a refusal is text, and stops by the content filter', () => {
    const refusal = { type: 'message', content: [{ type: 'refusal', refusal: 'I cannot.' }] };
    const { seen } = read([
      { type: 'response.refusal.delta', output_index: 0, delta: 'I cannot.' },
      done(0, refusal),
      COMPLETED,
    ]);
    expect(partsOf(seen)).toEqual([{ type: 'text', text: 'I cannot.' }]);
    expect(seen.at(-1)).toMatchObject({ reason: 'content-filter' });
  });

  it('M9: a call whose arguments are no JSON is kept as it was written, and what is unknown as it is', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed' };
    const { seen } = read([
      done(0, search),
      done(1, { type: 'function_call', call_id: 'c', name: 'get', arguments: '{"a":' }),
      COMPLETED,
    ]);
    expect(partsOf(seen)).toMatchObject([
      { type: 'custom', kind: 'openai.web_search_call', data: search },
      { type: 'tool-call', id: 'c', name: 'get', raw: '{"a":', invalid: expect.any(String) },
    ]);
    expect(seen.at(-1)).toMatchObject({ reason: 'tool-calls' });
  });

  it.each([
    [
      { type: 'response.failed', response: { error: { code: 'server_error', message: 'Oops' } } },
      'server',
    ],
    [
      {
        type: 'response.failed',
        response: { error: { code: 'rate_limit_exceeded', message: 'Slow' } },
      },
      'rate-limit',
    ],
    [{ type: 'error', code: 'server_error', message: 'Oops', param: null }, 'server'],
    [{ type: 'error', error: { type: 'overloaded_error', message: 'Busy' } }, 'overloaded'],
    [{ error: { message: 'Loading model', code: 503 } }, 'loading'],
  ])('M18: %j in mid-stream is of kind %s', (event, kind) => {
    expect(() => read([event])).toThrow(expect.objectContaining({ kind }));
  });

  it('M18: a stream without its last event has no finish, and a document without output is none', () => {
    const { seen } = read([{ type: 'response.created', response: { id: 'r' } }, done(0, TEXT)]);
    expect(seen.map(({ type }) => type)).toEqual(['meta']);
    const reader = new ResponseReader(FROM, { event: () => undefined }, CALL);
    expect(() => reader.whole({ object: 'list' })).toThrow('no output');
    expect(() => reader.whole({ error: 'Unexpected endpoint or method.' })).toThrow('Unexpected');
  });

  it('M6: leaves what it may be gone on from at its last part, where the server keeps it', () => {
    const keeping = { ...CALL, keeps: true };
    const [part] = partsOf(read([done(0, TEXT), COMPLETED], keeping).seen);
    expect(part?.meta).toEqual({
      openai: { state: { response: 'resp_1', digest: expect.any(String) } },
    });
    const unkept = { ...COMPLETED, response: { ...COMPLETED.response, store: false } };
    expect(partsOf(read([done(0, TEXT), unkept], keeping).seen)[0]).not.toHaveProperty('meta');
  });

  it('M5: tells of a model that is another', () => {
    const check = (model: string) => [{ kind: 'adjusted' as const, what: model }];
    const { seen } = read([COMPLETED], { ...CALL, check });
    expect(seen[0]).toMatchObject({ warnings: [{ what: 'm' }] });
  });
});

describe('a response in one document that failed', () => {
  const whole = (document: object): void => {
    const reader = new ResponseReader(FROM, { event: () => undefined }, CALL);
    reader.whole({ id: 'resp_1', model: 'm', output: [], ...document });
    reader.end();
  };
  it.each([
    [
      'with what it says',
      { status: 'failed', error: { code: 'server_error', message: 'It broke.' } },
      'server',
      'It broke',
    ],
    [
      'by its code',
      { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow down.' } },
      'rate-limit',
      'Slow down',
    ],
    ['without a word', { status: 'failed', error: null }, 'server', 'failed'],
    ['by being cancelled', { status: 'cancelled', error: null }, 'server', 'cancelled'],
  ])('M9 M18: is no empty answer, but fails %s', (_, document, kind, message) => {
    expect(() => whole(document)).toThrow(
      expect.objectContaining({ kind, message: expect.stringContaining(message) }),
    );
  });

  it('M9: one that completed or was cut short is an answer', () => {
    expect(() => whole({ status: 'completed', error: null, output: [TEXT] })).not.toThrow();
    const details = { incomplete_details: { reason: 'max_output_tokens' } };
    expect(() => whole({ status: 'incomplete', error: null, ...details })).not.toThrow();
  });
});
