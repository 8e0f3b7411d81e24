import { describe, expect, it } from 'vitest';
import { fakeModel } from '../testing/fake-model.ts';
import { generate } from './generate.ts';
import { guard } from './guard.ts';
import { callError } from './require-call.ts';

const signal = new AbortController().signal;
const user = (...parts: readonly unknown[]): object => ({ messages: [{ role: 'user', parts }] });
const said = { type: 'text', text: 'hi' } as const;
const tool = { name: 'get', input: { type: 'object' } };

/** What a host may give in plain JavaScript, where no type tells it. */
const wrong: readonly (readonly [request: unknown, place: string])[] = [
  [undefined, 'a request is an object with messages, and not undefined'],
  [{}, 'messages is a list, and not undefined'],
  [{ messages: 'hi' }, 'messages is a list, and not "hi"'],
  [{ messages: [null] }, 'messages[0].role'],
  [{ messages: [{ role: 'usr', parts: [said] }] }, 'and not "usr"'],
  [{ messages: [{ role: 'user', content: 'hi' }] }, 'messages[0].parts is a list'],
  [user(null), 'messages[0].parts[0] is no part'],
  [user(said, { type: 'txt', text: 'hi' }), 'messages[0].parts[1] is no part'],
  [user({ type: 'text', text: 5 }), 'messages[0].parts[0].text is a text, and not 5'],
  [user({ type: 'text' }), 'messages[0].parts[0].text'],
  [user({ type: 'reasoning' }), 'messages[0].parts[0].text'],
  [
    user({ type: 'file', mediaType: 'image/png' }),
    'parts[0].data is base64 text or an http(s) URL',
  ],
  [user({ type: 'file', mediaType: 'a/b', data: new Uint8Array(2) }), 'and not an object'],
  [user({ type: 'file', data: 'aGk=' }), 'parts[0].mediaType'],
  [user({ type: 'tool-call', name: 'get', input: {} }), 'parts[0].id'],
  [user({ type: 'tool-result', id: 'a', name: 'get' }), 'parts[0].output'],
  [user({ type: 'custom' }), 'parts[0].kind'],
  [{ ...user(said), tools: tool }, 'tools is a list, and not an object'],
  [{ ...user(said), tools: [tool, null] }, 'tools[1].name'],
  [{ ...user(said), tools: [{ ...tool, name: '' }] }, 'tools[0].name'],
  [{ ...user(said), tools: [{ name: 'get' }] }, 'tools[0].input is a JSON Schema'],
  [{ ...user(said), maxTokens: Number.NaN }, 'maxTokens is a whole number above 0, and not NaN'],
  [{ ...user(said), maxTokens: 0 }, 'maxTokens'],
  [{ ...user(said), temperature: 'hot' }, 'temperature is a number, and not "hot"'],
  [{ ...user(said), topP: Number.POSITIVE_INFINITY }, 'topP'],
  [{ ...user(said), seed: 1.5 }, 'seed'],
  [{ ...user(said), stop: 'END' }, 'stop is a list of texts'],
  [{ ...user(said), effort: 'hard' }, 'effort is one of none'],
  [{ ...user(said), toolChoice: 'must' }, 'toolChoice'],
  [{ ...user(said), output: 'json' }, 'output is'],
  [{ ...user(said), output: { type: 'json', schema: 'x' } }, 'output is'],
  [{ ...user(said), options: 'x' }, 'options is an object'],
];

describe('a request that is none', () => {
  it.each(wrong)(
    'M18: is refused before anything is sent, with its place (%#)',
    async (request, place) => {
      const model = fakeModel({ reply: () => ({ text: 'never' }) });
      // As plain JavaScript gives it.
      const given = request as never;
      const error = await generate(model, given, { signal }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'model.invalid', retryable: false });
      expect(String(error)).toContain(place);
      expect(model.requests).toEqual([]);
      expect(() => guard(model, given, { signal })).toThrow(place);
    },
  );

  it('M18: so is a call without a signal', async () => {
    const model = fakeModel({ reply: () => ({ text: 'never' }) });
    for (const ctx of [undefined, {}, { signal: 5 }]) {
      const call = generate(model, user(said) as never, ctx as never);
      await expect(call).rejects.toMatchObject({ code: 'model.invalid', retryable: false });
    }
  });

  it('M18: what JSON cannot hold is the fault of the host, and told with its place', () => {
    const own: { self?: unknown } = {};
    own.self = own;
    const thrown = new TypeError('what a serialiser says');
    const call = { type: 'tool-call', id: 'a', name: 'get', input: { n: 1n } };
    const where = 'fake/m';
    const error = callError(thrown, user(said, call), signal, where);
    expect(error).toMatchObject({ code: 'model.invalid', retryable: false, cause: thrown });
    expect(error.message).toContain('messages[0].parts[1] holds what JSON cannot');
    const schema = { ...user(said), output: { type: 'json', schema: own } };
    expect(callError(thrown, schema, signal, where).message).toContain('output holds what');
    const listed = { ...user(said), tools: [tool, { ...tool, input: own }] };
    expect(callError(thrown, listed, signal, where).message).toContain('tools[1] holds what');
    // All else stays what it was.
    expect(callError(thrown, user(said), signal, where).kind).toBe('protocol');
  });

  it('M9: whole requests go out as they are', async () => {
    const model = fakeModel({ reply: () => ({ text: 'ok' }) });
    const request = {
      messages: [
        { role: 'system', parts: [said] },
        { role: 'user', parts: [said, { type: 'file', mediaType: 'image/png', data: 'aGk=' }] },
        { role: 'assistant', parts: [{ type: 'tool-call', id: 'a', name: 'get', input: null }] },
        { role: 'tool', parts: [{ type: 'tool-result', id: 'a', name: 'get', output: null }] },
        { role: 'assistant', parts: [] },
      ],
      tools: [tool],
      toolChoice: { tool: 'get' },
      output: { type: 'json', schema: {}, name: 'x', strict: true },
      maxTokens: 1,
      temperature: 0,
      topP: 1,
      stop: [],
      seed: -1,
      effort: 'max',
      options: { fake: {} },
    } as const;
    expect((await generate(model, request, { signal })).text).toBe('ok');
  });
});
