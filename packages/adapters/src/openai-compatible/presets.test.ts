import { generate } from '@overseer/core/plugin';
import type { CallContext, Message, Model, ModelRequest } from '@overseer/core/spec';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { PRESETS, type PresetName } from './presets.ts';

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());
afterEach(() => vi.unstubAllEnvs());

const REQUEST: ModelRequest = { messages: [said('hi')], maxTokens: 9, seed: 3 };

/** What a preset makes of a request. */
async function sent(preset: PresetName, request: ModelRequest = REQUEST) {
  using model = openaiCompatible('m', { preset, baseURL: service.url });
  const { warnings } = await generate(model, request, ctx());
  const last = service.requests.at(-1);
  return { path: last?.path, body: last?.body, warnings, headers: last?.headers };
}

describe('the presets of OpenAI-compatible servers', () => {
  it.each(Object.entries(PRESETS))(
    'M6: %s says where it is, of when it is and from where',
    (_, preset) => {
      expect(URL.parse(preset.baseURL)?.pathname).toMatch(/\/v1$/);
      const local = preset.baseURL.startsWith('http://127.0.0.1:');
      expect(local || preset.baseURL.startsWith('https://')).toBe(true);
      expect(local || preset.keyVariable?.endsWith('_API_KEY')).toBe(true);
      expect(preset.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(URL.parse(preset.source)?.protocol).toBe('https:');
    },
  );

  it.each([
    ['together', { max_tokens: 9, seed: 3, stream_options: { include_usage: true } }],
    ['groq', { max_completion_tokens: 9, seed: 3, stream_options: {} }],
    ['mistral', { max_tokens: 9, random_seed: 3 }],
  ] as const)('M6: %s gets the fields that it knows', async (preset, fields) => {
    const { body } = await sent(preset);
    expect(body).toMatchObject(fields);
    for (const name of ['max_tokens', 'max_completion_tokens', 'seed', 'stream_options'] as const) {
      expect(Object.hasOwn(body as object, name)).toBe(Object.hasOwn(fields, name));
    }
  });

  it('M9: gives Mistral ids of nine characters, the same for the call and its result', async () => {
    const id = 'call_0fypS1hVX';
    const call = { type: 'tool-call' as const, id, name: 'get', input: {} };
    const result = { type: 'tool-result' as const, id, name: 'get', output: 1 };
    const kept = { ...call, id: 'abcDEF123' };
    const { body } = await sent('mistral', {
      messages: [
        said('hi'),
        { role: 'assistant', parts: [call, kept] },
        { role: 'tool', parts: [result, { ...result, id: kept.id }] },
      ],
    });
    const { messages } = body as {
      messages: { tool_calls?: { id: string }[]; tool_call_id?: string }[];
    };
    const ids = messages[1]?.tool_calls?.map((one) => one.id);
    expect(ids?.[0]).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(ids?.[1]).toBe('abcDEF123');
    expect(messages.slice(2).map((one) => one.tool_call_id)).toEqual(ids);
  });

  it('M9: sends reasoning back to whom it is of use, in its field', async () => {
    const thoughtBy = (provider: string): readonly Message[] => [
      said('hi'),
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Hm.', meta: { [provider]: {} } },
          { type: 'text', text: 'A.' },
        ],
      },
      said('more'),
    ];
    const messages = thoughtBy('groq');
    expect((await sent('deepseek', { messages: thoughtBy('deepseek') })).body).toMatchObject({
      messages: [{}, { reasoning_content: 'Hm.' }, {}],
    });
    using groq = openaiCompatible('m', {
      preset: 'groq',
      baseURL: service.url,
      sendReasoning: true,
    });
    await generate(groq, { messages }, ctx());
    expect(service.requests.at(-1)?.body).toMatchObject({
      messages: [{}, { reasoning: 'Hm.' }, {}],
    });
    const together = await sent('together', { messages: thoughtBy('together') });
    expect(JSON.stringify(together.body)).not.toContain('Hm.');
  });

  it('M10: sends back what it thought itself, and no thought of another', async () => {
    await using own = await startMockService();
    using deepseek = openaiCompatible('m-think', {
      preset: 'deepseek',
      apiKey: 'k',
      baseURL: own.url,
    });
    const claude = anthropic('m-think', { apiKey: 'k', baseURL: own.url });
    using groq = openaiCompatible('m-think', { preset: 'groq', apiKey: 'k', baseURL: own.url });
    const bodyAfter = async (first: Model) => {
      const { parts } = await generate(first, { messages: [said('hi')] }, ctx());
      expect(parts).toContainEqual(expect.objectContaining({ text: 'Let me think.' }));
      const messages: readonly Message[] = [said('hi'), { role: 'assistant', parts }, said('more')];
      await generate(deepseek, { messages }, ctx());
      return JSON.stringify(own.requests.at(-1)?.body);
    };
    expect(await bodyAfter(deepseek)).toContain('"reasoning_content":"Let me think."');
    for (const other of [claude, groq]) expect(await bodyAfter(other)).not.toContain('think.');
  });

  it('M9: says that DeepSeek takes no schema', async () => {
    const schema = { type: 'object' };
    const { body, warnings } = await sent('deepseek', {
      ...REQUEST,
      output: { type: 'json', schema },
    });
    expect(body).toMatchObject({ response_format: { type: 'json_object' } });
    expect(warnings).toMatchObject([{ kind: 'adjusted', what: 'output' }]);
    const plain = await sent('deepseek', { ...REQUEST, output: { type: 'json' } });
    expect(plain.warnings).toEqual([]);
  });

  it('M6: asks xAI by responses, and keeps nothing there', async () => {
    const { path, body } = await sent('xai');
    expect(path).toBe('/v1/responses');
    expect(body).toMatchObject({ store: false, max_output_tokens: 9 });
  });

  it('M11: reads the key of its variable, and says which one where the server wants a key', async () => {
    vi.stubEnv('GROQ_API_KEY', 'gsk-made-up-key');
    const { headers } = await sent('groq');
    expect(headers?.['authorization']).toBe('Bearer gsk-made-up-key');
    vi.stubEnv('GROQ_API_KEY', '');
    using model = openaiCompatible('err-401', { preset: 'groq', baseURL: service.url });
    expect(model.info.provider).toBe('groq');
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'auth',
      status: 401,
      message: expect.stringContaining('set GROQ_API_KEY'),
    });
  });

  it('M3 M11: finds its server by a variable, and says so where there is none', async () => {
    vi.stubEnv('OPENAI_BASE_URL', '');
    vi.stubEnv('OPENAI_API_BASE', '');
    expect(() => openaiCompatible('m')).toThrow('set OPENAI_API_BASE');
    vi.stubEnv('OPENAI_API_BASE', service.url);
    using model = openaiCompatible('m');
    expect((await generate(model, REQUEST, ctx())).text).toBe('Hello from mock.');
    const wrong = () => openaiCompatible('m', { preset: 'grok' as PresetName });
    expect(wrong).toThrow(expect.objectContaining({ code: 'config.unknown-preset' }));
    expect(wrong).toThrow('did you mean "groq"');
  });

  it('M6: takes a preset of the host', async () => {
    const quirks = { maxTokensField: 'max_completion_tokens' as const };
    const preset = { baseURL: service.url, quirks, asOf: '2026-11-27', source: 'our own' };
    using model = openaiCompatible('m', { preset, provider: 'ours' });
    await generate(model, REQUEST, ctx());
    expect(service.requests.at(-1)?.body).toMatchObject({ max_completion_tokens: 9 });
  });
});

describe('counting by the server', () => {
  it('M12: llama.cpp counts by its own tokenizer', async () => {
    using model = openaiCompatible('m', { preset: 'llama.cpp', baseURL: service.url });
    const tools = [{ name: 'a', input: { type: 'object' } }];
    expect(await model.countTokens?.({ messages: [said('a'.repeat(40))] }, ctx())).toEqual({
      tokens: 10,
      source: 'provider',
      within: 0,
    });
    const more = await model.countTokens?.({ messages: [said('a'.repeat(40))], tools }, ctx());
    expect(more?.tokens).toBeGreaterThan(10);
  });

  it('M12: vLLM tokenizes the conversation, beside its base path', async () => {
    const asked: { readonly path: string; readonly body: unknown }[] = [];
    const vllm: typeof globalThis.fetch = (input, init) => {
      asked.push({ path: new URL(String(input)).pathname, body: JSON.parse(String(init?.body)) });
      return Promise.resolve(Response.json({ count: 12, max_model_len: 4096 }));
    };
    using model = openaiCompatible('m', { preset: 'vllm', baseURL: service.url });
    expect(await model.countTokens?.(REQUEST, { ...ctx(), fetch: vllm })).toMatchObject({
      tokens: 12,
    });
    expect(asked).toEqual([
      { path: '/tokenize', body: { model: 'm', messages: [{ role: 'user', content: 'hi' }] } },
    ]);
    const other: typeof globalThis.fetch = () => Promise.resolve(Response.json({}));
    await expect(model.countTokens?.(REQUEST, { ...ctx(), fetch: other })).rejects.toMatchObject({
      kind: 'protocol',
    });
  });

  it('M12: vLLM counts the conversation as it is sent, with the reasoning that goes back', async () => {
    const bodies: { readonly messages?: unknown }[] = [];
    const vllm: typeof globalThis.fetch = (_input, init) => {
      bodies.push(JSON.parse(String(init?.body)));
      return Promise.resolve(Response.json({ count: 12 }));
    };
    using model = openaiCompatible('m', {
      preset: 'vllm',
      baseURL: service.url,
      sendReasoning: true,
    });
    const thought = { type: 'reasoning', text: 'Hm, a file.', meta: { vllm: {} } } as const;
    const call = { type: 'tool-call', id: '1', name: 'read', raw: '{}', input: {} } as const;
    const result = { type: 'tool-result', id: '1', name: 'read', output: 'x' } as const;
    const messages = [
      said('hi'),
      { role: 'assistant', parts: [thought, call] } as const,
      { role: 'tool', parts: [result] } as const,
    ];
    await model.countTokens?.({ messages }, { ...ctx(), fetch: vllm });
    await generate(model, { messages }, { ...ctx(), fetch: vllm }).catch(() => undefined);
    expect(bodies[0]?.messages).toMatchObject([{}, { reasoning: 'Hm, a file.' }, {}]);
    expect(bodies[0]?.messages).toEqual(bodies[1]?.messages);
  });

  it('M3: reads the window of llama.cpp off its properties, where its list does not tell', async () => {
    const server =
      (props: Response, models: object): typeof globalThis.fetch =>
      (input) =>
        Promise.resolve(String(input).endsWith('/props') ? props : Response.json({ data: models }));
    const props = () => Response.json({ default_generation_settings: { n_ctx: 65_536 } });
    using model = openaiCompatible('m', { preset: 'llama.cpp', baseURL: service.url });
    const windows = async (fetch: typeof globalThis.fetch) =>
      (await model.list?.({ ...ctx(), fetch }))?.map(({ contextWindow }) => contextWindow);
    expect(await windows(server(props(), [{ id: 'q' }]))).toEqual([65_536]);
    expect(await windows(server(props(), [{ id: 'q', meta: { n_ctx: 8192 } }]))).toEqual([8192]);
    expect(await windows(server(props(), [{ id: 'q' }, { id: 'r' }]))).toEqual([
      undefined,
      undefined,
    ]);
    const refused = new Response('{}', { status: 403 });
    expect(await windows(server(refused, [{ id: 'q' }]))).toEqual([undefined]);
  });
});

function said(text: string): Message {
  return { role: 'user', parts: [{ type: 'text', text }] };
}

function ctx(): CallContext {
  return { signal: AbortSignal.timeout(5000) };
}
