import { generate } from '@overseer/core/plugin';
import type { Message, ModelRequest, Part } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { type AdapterCase, everyAdapter } from './every-adapter.fixture.ts';
import { refusalsOf } from './strict-wire.fixture.ts';
import { toolIdFor } from './tool-id.ts';

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());

const PIXEL = 'iVBORw0KGgo=';
const TOOLS: NonNullable<ModelRequest['tools']> = [
  { name: 'get_weather', input: { type: 'object', properties: { city: { type: 'string' } } } },
];
/** Ids as services give them that not all others take. */
const ODD_IDS = ['functions.get_weather:0', `toolu_${'x'.repeat(70)}`];

function user(text: string): Message {
  return { role: 'user', parts: [{ type: 'text', text }] };
}

async function partsFrom(from: AdapterCase, model: string): Promise<readonly Part[]> {
  const request = { messages: [user('hi')], tools: TOOLS, maxTokens: 100 };
  const ctx = { signal: AbortSignal.timeout(5000) };
  return (await generate(from.create(model, service.url), request, ctx)).parts;
}

/** A conversation that a model of `from` had: thoughts, an image, and three tools at once, one of which failed. */
async function conversationOf(from: AdapterCase): Promise<readonly Message[]> {
  const thought = await partsFrom(from, from.without?.includes('reasoning') ? 'm' : 'm-think');
  const called = await partsFrom(from, 'm-tool');
  const call = called.find((part) => part.type === 'tool-call');
  if (call === undefined) throw new Error('no tool was called');
  const ids = [call.id, ...ODD_IDS];
  return [
    { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'What is it?' },
        { type: 'file', mediaType: 'image/png', data: PIXEL },
      ],
    },
    { role: 'assistant', parts: thought },
    user('And the weather?'),
    {
      role: 'assistant',
      parts: [...called, ...ODD_IDS.map((id): Part => ({ ...call, id, meta: {} }))],
    },
    {
      role: 'tool',
      parts: ids.map((id, nth) => ({
        type: 'tool-result',
        id,
        name: 'get_weather',
        output: `result ${nth}`,
        ...(nth === 1 ? { isError: true } : {}),
      })),
    },
    user('Go on.'),
  ];
}

describe.each(everyAdapter)('a conversation that began with $name', (from) => {
  it.each(everyAdapter)('M10: goes on with $name', async (to) => {
    const messages = await conversationOf(from);
    const ctx = { signal: AbortSignal.timeout(5000) };
    const request = { messages, tools: TOOLS, maxTokens: 100 };
    const { text } = await generate(to.create('m', service.url), request, ctx);
    expect(text).toBe('Hello from mock.');
    const body: unknown = service.requests.at(-1)?.body;
    expect(refusalsOf(to.dialect, body)).toEqual([]);
    const sent = JSON.stringify(body);
    for (const [, id] of sent.matchAll(/"tool_call_id":"([^"]*)"/g)) {
      expect(id).toMatch(to.toolIds ?? /^/);
    }
    for (const kept of [
      'Be brief.',
      PIXEL,
      'And the weather?',
      'result 0',
      'result 1',
      'result 2',
    ]) {
      expect(sent).toContain(kept);
    }
    const isForeign = from.dialect !== to.dialect || (to.thinksAlone === true && from !== to);
    if (isForeign) expect(sent).not.toContain('Let me think.');
    else if (to.thinksAlone === true) expect(sent).toContain('Let me think.');
  });
});

describe.each(everyAdapter)('a turn of which nothing can be told to $name', (to) => {
  it('M10: leaves no empty message behind', async () => {
    const thought: Part = { type: 'reasoning', text: 'Let me think.', meta: { other: { a: 1 } } };
    const messages: readonly Message[] = [
      user('hi'),
      { role: 'assistant', parts: [thought] },
      { role: 'assistant', parts: [{ type: 'text', text: '' }] },
      user('Go on.'),
    ];
    const ctx = { signal: AbortSignal.timeout(5000) };
    await generate(to.create('m', service.url), { messages }, ctx);
    const body: unknown = service.requests.at(-1)?.body;
    expect(refusalsOf(to.dialect, body)).toEqual([]);
    expect(JSON.stringify(body)).not.toContain('"role":"assistant"');
  });
});

describe.each(everyAdapter)('a conversation of $name that was saved as JSON', (one) => {
  it('M10: goes on as if it had never been away', async () => {
    const messages = await conversationOf(one);
    const saved = JSON.parse(JSON.stringify(messages)) as typeof messages;
    expect(saved).toEqual(messages);
    const bodies: unknown[] = [];
    for (const said of [messages, saved]) {
      const ctx = { signal: AbortSignal.timeout(5000) };
      await generate(one.create('m', service.url), { messages: said, tools: TOOLS }, ctx);
      bodies.push(service.requests.at(-1)?.body);
    }
    expect(bodies[1]).toEqual(bodies[0]);
  });
});

describe('the strict reading of requests', () => {
  it('M10: finds what services refuse', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
    const chat = (...messages: readonly object[]) => refusalsOf('openai-chat', { messages });
    expect(chat({ role: 'tool', tool_call_id: 'x', content: '' })).toHaveLength(1);
    expect(chat({ role: 'assistant', tool_calls: [call] }, user('a'))).toHaveLength(1);
    expect(chat({ role: 'assistant', tool_calls: [{ ...call, id: 'x'.repeat(41) }] })).toHaveLength(
      2,
    );
    const claude = (...content: readonly object[]) =>
      refusalsOf('anthropic-messages', { messages: [{ role: 'user', content }] });
    expect(claude({ type: 'thinking', thinking: 'a', signature: 'b' })).toHaveLength(1);
    expect(claude({ type: 'tool_result', tool_use_id: 'x' })).toHaveLength(1);
    expect(claude({ type: 'tool_use', id: 'a.b' })).toHaveLength(2);
    expect(claude({ type: 'text', text: '' })).toHaveLength(1);
    const roles = (...all: readonly string[]) =>
      refusalsOf('anthropic-messages', { messages: all.map((role) => ({ role })) });
    expect(roles('user', 'system', 'assistant', 'user', 'system')).toEqual([]);
    expect(roles('user', 'assistant', 'system')).toHaveLength(1);
    expect(roles('user', 'system', 'user')).toHaveLength(1);
    const input = [
      { type: 'function_call_output', call_id: 'x' },
      { type: 'reasoning', id: 'y' },
    ];
    expect(refusalsOf('openai-responses', { input })).toHaveLength(2);
    const gemini = (...contents: readonly object[]) => refusalsOf('google-content', { contents });
    const ask = { role: 'user', parts: [{ text: 'a' }] };
    const called = { role: 'model', parts: [{ functionCall: { id: 'a', name: 'f' } }] };
    expect(gemini(called)).toHaveLength(2);
    expect(gemini(ask, ask)).toHaveLength(1);
    expect(gemini(ask, called, ask)).toHaveLength(1);
    expect(gemini({ role: 'user', parts: [{ functionResponse: { id: 'x' } }] })).toHaveLength(1);
    expect(gemini(ask, { role: 'model', parts: [{ text: 'a', thought: true }] })).toHaveLength(1);
    for (const dialect of ['cohere-chat', 'ollama-chat'] as const) {
      const told = (...messages: readonly object[]) => refusalsOf(dialect, { messages });
      const asked = {
        role: 'assistant',
        content: 'a',
        tool_calls: [{ id: 'c', function: { arguments: {} } }],
      };
      const given = { role: 'tool', content: 'a', tool_call_id: 'c' };
      expect(told(asked, given)).toEqual([]);
      expect(told(asked)).toHaveLength(1);
      expect(told(given)).toHaveLength(1);
      expect(told(asked, { role: 'user', content: 'a' }, given)).toHaveLength(2);
    }
    expect(refusalsOf('cohere-chat', { messages: [{ role: 'user', content: '' }] })).toHaveLength(
      1,
    );
    const picture = { role: 'user', content: 'a', images: ['https://a.example/b.png'] };
    expect(refusalsOf('ollama-chat', { messages: [picture] })).toHaveLength(1);
  });
});

describe('the id of a tool call', () => {
  it.each([
    ['safe', /^[\w-]{1,40}$/, ['call_1-a'], ['', 'a.b', 'x'.repeat(41), 'ü']],
    ['chat', /^[\w-]{1,40}$/, ['functions.get:0'], ['', 'x'.repeat(41), 'ü', 'a b']],
    ['responses', /^[\w-]{1,64}$/, ['x'.repeat(64), 'functions.get:0'], ['', 'x'.repeat(65), 'ü']],
    ['anthropic', /^[\w-]{1,64}$/, [`toolu_${'x'.repeat(58)}`], ['', 'functions.get:0', 'ü']],
    ['nine', /^[a-zA-Z0-9]{9}$/, ['D681PevKs'], ['', 'call_1', 'a-b-c-d-e', 'functions.get:0']],
  ] as const)(
    'M10: by the rule %s stays where the service takes it, and is always the same otherwise',
    (rule, fits, kept, odd) => {
      expect(kept.map((id) => toolIdFor(id, rule))).toEqual(kept);
      const made = odd.map((id) => toolIdFor(id, rule));
      for (const id of made) expect(id).toMatch(fits);
      expect(new Set(made).size).toBe(odd.length);
      expect(odd.map((id) => toolIdFor(id, rule))).toEqual(made);
    },
  );
});
