import { generate } from '@overseer/core/plugin';
import type { Message, Model, ModelRequest, Part } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { cohere } from '../cohere/index.ts';
import { google } from '../google/index.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';

const CITIES = ['Oslo', 'Rome'];
const TOOL = { name: 'get_weather', input: { type: 'object', properties: { city: {} } } };

let service: MockService;
beforeAll(async () => {
  service = await startMockService({
    scenario: {
      models: ['gemini-3.5-flash', 'm', 'm-free', 'm-two'].map((id) => ({ id })),
      rules: [
        { name: 'another', model: 'm-two', reply: { text: 'Hello.', answeredBy: 'm-one' } },
        {
          name: 'call',
          when: ({ messages }) => messages.every(({ toolResults }) => toolResults.length === 0),
          reply: ({ model }) => ({
            reasoning: 'Let me look.',
            toolCalls: CITIES.map((city) => ({ name: TOOL.name, input: { city } })),
            withoutIds: model === 'm-free',
          }),
        },
        {
          name: 'answer',
          reply: ({ messages }) => ({
            text: messages
              .flatMap(({ toolResults }) => toolResults.map(({ text }) => text))
              .join('; '),
          }),
        },
      ],
    },
  });
});
afterAll(() => service.close());

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(5000) };
}

const adapters: Readonly<Record<string, (id?: string) => Model>> = {
  anthropic: (id = 'm') => anthropic(id, { apiKey: 'k', baseURL: service.url }),
  cohere: (id = 'm') => cohere(id, { apiKey: 'k', baseURL: service.url }),
  // One that signs its calls, and refuses those without a signature.
  google: (id = 'gemini-3.5-flash') => google(id, { apiKey: 'k', baseURL: service.url }),
  'openai-compatible': (id = 'm') => openaiCompatible(id, { baseURL: service.url }),
};
const pairs = Object.keys(adapters).flatMap((one) =>
  Object.keys(adapters).map((other) => [one, other] as const),
);

const IMAGE: Part = { type: 'file', mediaType: 'image/png', data: 'iVBORw0KGgo=' };
const ASKED: ModelRequest = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'How is the weather?' }, IMAGE] }],
  tools: [TOOL],
};

/** The same conversation with the calls that a model made, and what their tools gave. */
function goOn(parts: readonly Part[]): ModelRequest {
  const results = parts.flatMap((part): Message[] =>
    part.type === 'tool-call'
      ? [
          {
            role: 'tool',
            parts: [{ type: 'tool-result', id: part.id, name: part.name, output: part.input }],
          },
        ]
      : [],
  );
  return { ...ASKED, messages: [...ASKED.messages, { role: 'assistant', parts }, ...results] };
}

describe('a conversation with two calls, begun with one provider', () => {
  it.each(pairs)('M10: %s, goes on with %s', async (one, other) => {
    const begun = await generate(adapters[one]?.() as Model, ASKED, ctx());
    expect(begun.reason).toBe('tool-calls');
    const calls = begun.parts.filter((part) => part.type === 'tool-call');
    expect(calls.map(({ input }) => input)).toEqual(CITIES.map((city) => ({ city })));
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
    const { text } = await generate(adapters[other]?.() as Model, goOn(begun.parts), ctx());
    for (const city of CITIES) expect(text).toContain(city);
  });
});

describe('what servers leave out or change', () => {
  it.each(['cohere', 'google', 'openai-compatible'])(
    'M9: calls without ids get some in %s, and go on there',
    async (name) => {
      const model = adapters[name]?.('m-free') as Model;
      const begun = await generate(model, ASKED, ctx());
      const ids = begun.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));
      expect(new Set(ids).size).toBe(2);
      expect(ids.every((id) => id !== '')).toBe(true);
      const { text } = await generate(model, goOn(begun.parts), ctx());
      expect(text).toContain('Rome');
    },
  );

  it('M9: another model that answers is told', async () => {
    const response = await generate(adapters['google']?.('m-two') as Model, ASKED, ctx());
    expect(response).toMatchObject({
      model: 'm-one',
      warnings: [{ kind: 'adjusted', what: 'model', detail: 'm-one answered instead of m-two' }],
    });
  });
});
