import { generate } from '@overseer/core/plugin';
import type { Message, ModelRequest } from '@overseer/core/spec';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSchemaFitting } from '../internal/fit-schemas.ts';
import { ANTHROPIC_SCHEMAS } from '../internal/schema-dialects.ts';
import { refusalsOf } from '../internal/strict-wire.fixture.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { anthropic } from './anthropic.ts';
import { anthropicRequest } from './anthropic-request.ts';

const TERMS = { maxTokens: 8192, fit: createSchemaFitting(ANTHROPIC_SCHEMAS) };

const USER = { role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] };

function params(request: Partial<ModelRequest>) {
  return anthropicRequest('claude', { messages: [USER], ...request }, TERMS);
}

describe('a request to Anthropic', () => {
  it('M9: turns what its models do not take into warnings', () => {
    const { params: sent, warnings } = params({
      temperature: 0,
      topP: 1,
      seed: 1,
      effort: 'minimal',
      output: { type: 'json' },
    });
    expect(sent).not.toHaveProperty('temperature');
    expect(sent).toMatchObject({ max_tokens: 8192, output_config: { effort: 'low' } });
    expect(warnings.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
      'unsupported temperature',
      'unsupported topP',
      'unsupported seed',
      'adjusted effort',
      'unsupported output',
    ]);
  });

  it('M9: carries tools, the choice among them, schemas, stops and raw options', () => {
    const schema = { type: 'object', additionalProperties: false };
    const { params: sent, warnings } = params({
      tools: [{ name: 'get', description: 'Gets.', input: schema, strict: true }],
      toolChoice: 'required',
      output: { type: 'json', schema },
      stop: ['.'],
      effort: 'none',
      maxTokens: 5,
      options: { anthropic: { temperature: 0.5 } },
    });
    expect(sent).toMatchObject({
      max_tokens: 5,
      tools: [{ name: 'get', description: 'Gets.', input_schema: schema, strict: true }],
      tool_choice: { type: 'any' },
      output_config: { format: { type: 'json_schema', schema } },
      stop_sequences: ['.'],
      thinking: { type: 'disabled' },
      temperature: 0.5,
    });
    expect(warnings).toEqual([]);
    expect(
      params({ tools: [{ name: 'get', input: schema }], toolChoice: { tool: 'get' } }).params,
    ).toMatchObject({
      tool_choice: { type: 'tool', name: 'get' },
    });
  });

  it('M10: sends signed reasoning back untouched, and drops that of others', () => {
    const parts = [
      { type: 'reasoning' as const, text: 'mine', meta: { anthropic: { signature: 'sig' } } },
      { type: 'reasoning' as const, text: '', meta: { anthropic: { redacted: 'blob' } } },
      { type: 'reasoning' as const, text: 'of another' },
      { type: 'text' as const, text: '' },
      { type: 'tool-call' as const, id: 't', name: 'get', input: 'no object' },
    ];
    const { params: sent } = params({ messages: [USER, { role: 'assistant', parts }] });
    expect(sent.messages[1]).toEqual({
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'mine', signature: 'sig' },
        { type: 'redacted_thinking', data: 'blob' },
        { type: 'tool_use', id: 't', name: 'get', input: { input: 'no object' } },
      ],
    });
  });

  it('M9 M10: leaves what the system says later in its place where the model takes it there, and warns elsewhere', () => {
    const said = (role: 'system' | 'user' | 'assistant', text: string): Message => {
      return { role, parts: [{ type: 'text', text }] };
    };
    const foreign: Message = { role: 'assistant', parts: [{ type: 'reasoning', text: 'hm' }] };
    const messages = [
      ...[said('system', 'first'), USER, said('system', 'late'), said('system', 'later')],
      ...[foreign, USER, said('assistant', 'ok'), said('system', 'last'), USER],
    ];
    const sent = (model: string) => anthropicRequest(model, { messages }, TERMS);
    const native = sent('claude-opus-4-8');
    const system = (...texts: readonly string[]) => {
      return { role: 'system', content: texts.map((text) => ({ type: 'text', text })) };
    };
    expect(native.warnings).toEqual([]);
    expect(native.params.system).toEqual(system('first').content);
    expect(native.params.messages).toMatchObject([
      { role: 'user' },
      { role: 'user' },
      system('late', 'later'),
      { role: 'assistant' },
      { role: 'user' },
      system('last'),
    ]);
    expect(refusalsOf('anthropic-messages', native.params)).toEqual([]);
    const older = sent('claude-opus-4-7');
    expect(older.params.system).toEqual(system('first', 'late', 'later', 'last').content);
    expect(older.warnings).toMatchObject([
      { kind: 'adjusted', what: 'system', detail: expect.stringContaining('claude-opus-4-7') },
    ]);
    expect(JSON.stringify(older.params.messages)).not.toContain('system');
  });

  it('M9: carries results, errors, files and cache marks', () => {
    const parts = [
      { type: 'tool-result' as const, id: 't', name: 'get', output: { a: 1 }, isError: true },
      { type: 'file' as const, mediaType: 'image/png', data: 'AAAA' },
      { type: 'file' as const, mediaType: 'application/pdf', data: 'https://x.test/a.pdf' },
      { type: 'file' as const, mediaType: 'text/plain', data: btoa('hello') },
      { type: 'file' as const, mediaType: 'video/mp4', data: 'AAAA', name: 'v' },
    ];
    const system = {
      role: 'system' as const,
      parts: [{ type: 'text' as const, text: 's' }],
      meta: { anthropic: { cache_control: { type: 'ephemeral' } } },
    };
    const { params: sent, warnings } = params({ messages: [system, { role: 'tool', parts }] });
    expect(sent.system).toEqual([
      { type: 'text', text: 's', cache_control: { type: 'ephemeral' } },
    ]);
    expect(sent.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't', content: '{"a":1}', is_error: true },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          { type: 'document', source: { type: 'url', url: 'https://x.test/a.pdf' } },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hello' } },
          { type: 'text', text: '[A file was left out: v (video/mp4)]' },
        ],
      },
    ]);
    expect(warnings).toMatchObject([{ kind: 'unsupported', what: 'file' }]);
  });

  it('M9: shows the results of one answer together, however they are given', () => {
    const result = (id: string): Message => ({
      role: 'tool',
      parts: [{ type: 'tool-result', id, name: 'get', output: id }],
    });
    const call = (id: string): Message => ({
      role: 'assistant',
      parts: [{ type: 'tool-call', id, name: 'get', input: {} }],
    });
    const said: Message = { role: 'user', parts: [{ type: 'text', text: 'go on' }] };
    const messages = [call('a'), result('a'), result('b'), said, call('c'), result('c')];
    const { params: sent } = params({ messages });
    expect(sent.messages.map(({ role, content }) => [role, content.length])).toEqual([
      ['assistant', 1],
      ['user', 2],
      ['user', 1],
      ['assistant', 1],
      ['user', 1],
    ]);
  });
});

describe('the Anthropic adapter', () => {
  let service: MockService;
  beforeAll(async () => {
    service = await startMockService();
  });
  afterAll(() => service.close());
  afterEach(() => vi.unstubAllEnvs());
  const ctx = () => ({ signal: AbortSignal.timeout(5000) });

  it('M11: says which variable to set when there is no key, and reads it at the call', async () => {
    vi.stubEnv('ANTHROPIC_API_KEY', '');
    const model = anthropic('m', { baseURL: service.url });
    await expect(generate(model, { messages: [USER] }, ctx())).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('set ANTHROPIC_API_KEY'),
    });
    vi.stubEnv('ANTHROPIC_API_KEY', 'k');
    expect((await generate(model, { messages: [USER] }, ctx())).text).toBe('Hello from mock.');
  });

  it('M12: counts tokens within what Anthropic says of its count, and lists models', async () => {
    const model = anthropic('m', { apiKey: 'k', baseURL: service.url });
    expect(await model.countTokens?.({ messages: [USER] }, ctx())).toEqual({
      tokens: expect.any(Number),
      source: 'provider',
      within: 1,
    });
    expect((await model.list?.(ctx()))?.map(({ id }) => id)).toContain('m');
  });

  it('L8: sends the marks of beginnings to be kept where the host wants it, and none otherwise', async () => {
    const bodies: string[] = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      bodies.push(String(init?.body));
      return await globalThis.fetch(url, init);
    };
    const tools = [{ name: 'get', input: { type: 'object' } }];
    for (const keepPrefixes of [true, false]) {
      const model = anthropic('m', { apiKey: 'k', baseURL: service.url, keepPrefixes });
      const { text } = await generate(model, { messages: [USER], tools }, { ...ctx(), fetch });
      expect(text).not.toBe('');
    }
    expect(bodies.map((body) => body.includes('"cache_control":{"type":"ephemeral"}'))).toEqual([
      true,
      false,
    ]);
  });
});
