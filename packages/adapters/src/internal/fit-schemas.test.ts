import { generate } from '@overseer/core/plugin';
import type { JsonObject, ModelRequest, ModelWarning } from '@overseer/core/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { COHERE_SCHEMA } from '../cohere/cohere-schema.ts';
import { GOOGLE_SCHEMA } from '../google/google-schema.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { ollama } from '../ollama/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { createSchemaFitting } from './fit-schemas.ts';
import {
  ANTHROPIC_SCHEMAS,
  grammarSchemas,
  OLLAMA_SCHEMAS,
  OPENAI_SCHEMAS,
} from './schema-dialects.ts';

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());

const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }];
const KEY = { apiKey: 'k' };
/** With words that not every provider takes. */
const RICH: JsonObject = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, pattern: 'x', format: 'uri' },
    tags: { type: 'array', items: { type: 'string' }, minItems: 2, uniqueItems: true },
    size: { enum: ['S', null] },
  },
  required: ['name', 'tags', 'size'],
};
const LOOSE: JsonObject = { ...RICH, required: ['name'] };

const servers = {
  openai: () => openai('m', { ...KEY, baseURL: `${service.url}/v1` }),
  responses: () => openai('m', { ...KEY, baseURL: `${service.url}/v1`, api: 'responses' }),
  compatible: () => openaiCompatible('m', { baseURL: service.url }),
  anthropic: () => anthropic('m', { ...KEY, baseURL: service.url }),
  ollama: () => ollama('m', { baseURL: service.url, verify: false }),
  lmstudio: () => lmstudio('m', { baseURL: service.url, verify: false }),
  'llama.cpp': () => openaiCompatible('m', { preset: 'llama.cpp', baseURL: service.url }),
};

/** What is sent for a request, and what is said of it. */
async function sent(name: keyof typeof servers, request: Omit<ModelRequest, 'messages'>) {
  const ctx = { signal: AbortSignal.timeout(5000) };
  const { warnings } = await generate(servers[name](), { messages, ...request }, ctx);
  const said = warnings.filter(({ what }) => /^(output|tool .*)$/.test(what));
  return { body: service.requests.at(-1)?.body, warnings: said };
}

function details(warnings: readonly ModelWarning[]): string {
  return warnings.map(({ what, detail }) => `${what}: ${detail}`).join('\n');
}

const CHANGED = {
  openai: {
    properties: {
      name: { type: 'string', pattern: 'x' },
      tags: { type: 'array', items: { type: 'string' }, minItems: 2 },
      size: { enum: ['S', null] },
    },
    required: ['name', 'tags', 'size'],
    additionalProperties: false,
  },
  anthropic: {
    properties: {
      name: { type: 'string', format: 'uri' },
      tags: { type: 'array', items: { type: 'string' }, minItems: 1 },
      size: { enum: ['S', null] },
    },
    additionalProperties: false,
  },
  grammar: {
    properties: {
      name: { type: 'string', minLength: 1 },
      tags: { type: 'array', items: { type: 'string' }, minItems: 2 },
      size: { enum: ['S', null] },
    },
  },
};

describe('the schema of an answer', () => {
  it.each(['openai', 'responses', 'compatible'] as const)(
    'M9: goes to %s as it is, and as it may be where it is held to exactly',
    async (name) => {
      const loose = await sent(name, { output: { type: 'json', schema: RICH } });
      expect(JSON.stringify(loose.body)).toContain(JSON.stringify(RICH));
      expect(loose.warnings).toEqual([]);
      const { body, warnings } = await sent(name, {
        output: { type: 'json', schema: RICH, strict: true },
      });
      expect(formatIn(body)).toMatchObject({
        strict: true,
        schema: { type: 'object', ...CHANGED.openai },
      });
      expect(formatIn(body)?.['schema']).toEqual({ type: 'object', ...CHANGED.openai });
      expect(details(warnings)).toContain('minLength at /properties/name');
      expect(details(warnings)).toContain('uniqueItems at /properties/tags');
    },
  );

  it.each(['openai', 'responses', 'compatible'] as const)(
    'M9: goes to %s without strict where it cannot be held to exactly, which is said',
    async (name) => {
      const { body, warnings } = await sent(name, {
        output: { type: 'json', schema: LOOSE, strict: true },
      });
      expect(formatIn(body)).toMatchObject({ strict: false, schema: LOOSE });
      expect(warnings).toEqual([
        {
          kind: 'adjusted',
          what: 'output',
          detail: expect.stringContaining(
            'the property tags is optional; it is sent without strict',
          ),
        },
      ]);
    },
  );

  it('M9: goes to Anthropic as its grammars can hold it, or not at all, which is said', async () => {
    const { body, warnings } = await sent('anthropic', { output: { type: 'json', schema: LOOSE } });
    expect(body).toMatchObject({
      output_config: {
        format: { schema: { type: 'object', ...CHANGED.anthropic, required: ['name'] } },
      },
    });
    expect(JSON.stringify(body)).not.toMatch(/minLength|pattern|uniqueItems/);
    expect(details(warnings)).toMatch(
      /left out: minLength .*put otherwise: .*additionalProperties/,
    );
    const map = { type: 'object', additionalProperties: { type: 'string' } };
    const out = await sent('anthropic', { output: { type: 'json', schema: map } });
    expect(out.body).not.toHaveProperty('output_config');
    expect(out.warnings).toMatchObject([
      { kind: 'unsupported', detail: expect.stringContaining('properties without names') },
    ]);
  });

  it.each(['ollama', 'lmstudio', 'llama.cpp'] as const)(
    'M9: goes to %s as a grammar can be made of it',
    async (name) => {
      const { body, warnings } = await sent(name, { output: { type: 'json', schema: LOOSE } });
      const schema = { type: 'object', ...CHANGED.grammar, required: ['name'] };
      const given = name === 'ollama' ? (body as JsonObject)['format'] : formatIn(body)?.['schema'];
      expect(given).toEqual(schema);
      expect(details(warnings)).toMatch(/pattern.*uri|uri.*pattern/s);
    },
  );
});

describe('the schema of a tool', () => {
  const tools = [{ name: 'f', input: RICH, strict: true }];

  it('M9: is changed only where a provider holds inputs to it, which is said', async () => {
    const strict = await sent('openai', { tools });
    expect(JSON.stringify(strict.body)).toContain('"strict":true');
    expect(JSON.stringify(strict.body)).not.toContain('minLength');
    expect(details(strict.warnings)).toContain('tool f: OpenAI takes a part of JSON Schema');
    const claude = await sent('anthropic', { tools });
    expect(JSON.stringify(claude.body)).not.toContain('uniqueItems');
    const plain = await sent('anthropic', { tools: [{ name: 'f', input: RICH }] });
    expect(JSON.stringify(plain.body)).toContain(JSON.stringify(RICH));
    const shown = await sent('ollama', { tools });
    expect(JSON.stringify(shown.body)).toContain(JSON.stringify(RICH));
  });

  it('M9: keeps all that a model is shown, but for a pattern of which no grammar can be made', async () => {
    const { body, warnings } = await sent('lmstudio', { tools: [{ name: 'f', input: RICH }] });
    expect(JSON.stringify(body)).toContain('"uniqueItems":true');
    expect(JSON.stringify(body)).not.toContain('"pattern"');
    expect(details(warnings)).toMatch(/pattern at \/properties\/name$/);
  });

  it('M9: that cannot be held to exactly goes without strict', async () => {
    const loose = [{ name: 'f', input: LOOSE, strict: true }];
    const { body, warnings } = await sent('compatible', { tools: loose });
    expect(JSON.stringify(body)).toContain('"strict":false');
    expect(warnings).toHaveLength(1);
    const recursive = { ...RICH, properties: { name: { $ref: '#' } } };
    const claude = await sent('anthropic', {
      tools: [{ name: 'f', input: recursive, strict: true }],
    });
    expect(JSON.stringify(claude.body)).toContain('"strict":false');
  });
});

describe('the fitting of schemas', () => {
  it('M9: works a schema out once, and leaves alone what fits', () => {
    const fit = createSchemaFitting(ANTHROPIC_SCHEMAS);
    const output = { type: 'json' as const, schema: RICH };
    const first = fit({ messages, output }, []);
    expect(fit({ messages, output }, []).output).toBe(first.output);
    const plain = { messages, tools: [{ name: 'f', input: RICH }] };
    const warnings: ModelWarning[] = [];
    expect(fit(plain, warnings).tools).toBe(plain.tools);
    expect(fit({ messages }, warnings)).toEqual({ messages });
    expect(warnings).toEqual([]);
    // What a provider takes goes word for word.
    const good = { ...RICH, properties: {}, required: [], additionalProperties: false };
    expect(fit({ messages, output: { type: 'json', schema: good } }, []).output?.schema).toBe(good);
  });

  it('M9: is by data that says when it was read, and where', () => {
    const rules = [OPENAI_SCHEMAS, ANTHROPIC_SCHEMAS, OLLAMA_SCHEMAS, grammarSchemas('x')];
    const dialects = rules.flatMap(({ output, tools }) => [output?.dialect, tools?.dialect]);
    for (const dialect of [...dialects, GOOGLE_SCHEMA, COHERE_SCHEMA]) {
      if (dialect === undefined) continue;
      expect(dialect.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(dialect.source).toMatch(/^https:\/\//);
    }
  });
});

/** The form of an answer, in chat completions or responses. */
function formatIn(body: unknown): JsonObject | undefined {
  const { response_format: chat, text } = body as {
    response_format?: { json_schema: JsonObject };
    text?: { format: JsonObject };
  };
  return chat?.json_schema ?? text?.format;
}
