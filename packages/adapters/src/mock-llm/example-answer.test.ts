import { generate } from '@overseer/core/plugin';
import type { JsonObject } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { everyAdapter } from '../internal/every-adapter.fixture.ts';
import { exampleAnswer } from './example-answer.ts';
import { mockFetch } from './mock-fetch.ts';

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    tasks: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          title: { type: 'string' },
          kind: { type: 'string', enum: ['code', 'test'] },
          weight: { type: 'integer' },
          role: { type: ['string', 'null'] },
          needs: { type: 'array', items: { type: 'string' } },
          done: { type: 'boolean' },
        },
        required: ['title', 'kind', 'weight', 'role', 'needs', 'done'],
        additionalProperties: false,
      },
    },
  },
  required: ['tasks'],
  additionalProperties: false,
};
const EXAMPLE = {
  tasks: [{ title: 'mock', kind: 'code', weight: 1, role: null, needs: [], done: true }],
};
const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'Plan it.' }] }];
/** These send no schema to a model that they do not know, or no `fetch` of ours. */
const WITHOUT = /^ai-sdk (anthropic|openai-compatible|round trip)/;

describe('the built-in models of the mock service', () => {
  it.each(everyAdapter.filter(({ name }) => !WITHOUT.test(name)))(
    'M17 M9: answer $name after the schema that it sends, and in words without one',
    async ({ create, name }) => {
      const mock = mockFetch();
      const model = create('m', 'http://mock');
      const ctx = { signal: AbortSignal.timeout(10_000), fetch: mock.fetch };
      const output = { type: 'json', name: 'plan', schema: SCHEMA } as const;
      const { text } = await generate(model, { messages, output }, ctx);
      // This preset's servers take no schema.
      if (name.endsWith('deepseek')) expect(JSON.parse(text)).toEqual({});
      else expect(JSON.parse(text)).toEqual(EXAMPLE);
      expect((await generate(model, { messages }, ctx)).text).toBe('Hello from mock.');
    },
  );

  const made = (schema: JsonObject): unknown =>
    JSON.parse(
      exampleAnswer({ lastText: '', body: { response_format: { json_schema: { schema } } } }) ?? '',
    );

  it('M17: keep to bounds, names and alternatives, and end where a schema holds itself', () => {
    expect(made({ type: 'string', minLength: 6 })).toBe('mock..');
    expect(made({ type: 'number', minimum: 3 })).toBe(3);
    expect(made({ type: 'array', items: { const: 7 }, minItems: 3 })).toEqual([7, 7, 7]);
    expect(made({ anyOf: [{ $ref: '#/$defs/a' }], $defs: { a: { type: 'boolean' } } })).toBe(true);
    const list = { type: 'object', properties: { next: { $ref: '#' } } };
    expect(JSON.stringify(made(list)).length).toBeLessThan(200);
  });

  it('M17: pass what an overseer asks them to judge', () => {
    const lastText = 'Is it so?\n\nAnswer with one JSON object: {"verdict": "pass" | "fail"}';
    expect(JSON.parse(exampleAnswer({ lastText, body: {} }) ?? '')).toMatchObject({
      verdict: 'pass',
    });
    expect(exampleAnswer({ lastText: 'hi', body: {} })).toBeUndefined();
  });
});
