import { generate } from '@overseer/core/plugin';
import type { Message, ModelRequest } from '@overseer/core/spec';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type MockReply, type MockService, startMockService } from '../mock-llm/index.ts';
import { ollama } from './ollama.ts';

const REQUEST: ModelRequest = { messages: [said('hi')] };

let service: MockService;
beforeEach(async () => {
  const models = [
    { id: 'cold', state: 'not-loaded' as const, contextWindow: 8192 },
    { id: 'qwen3:4b', contextWindow: 40_960 },
    { id: 'plain', capabilities: ['completion'], state: 'not-loaded' as const },
    { id: 'all-minilm-embed' },
  ];
  const reply = ({ lastText }: { readonly lastText: string }): MockReply =>
    lastText.startsWith('{') ? { text: lastText } : { text: 'Hello from mock.' };
  service = await startMockService({ scenario: { models, rules: [{ name: 'say', reply }] } });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.close();
});

describe('the Ollama adapter', () => {
  it('M5: tells that a cold model is loaded at its first call, and lists, loads and unloads', async () => {
    using model = ollama('cold', { baseURL: service.url, ttlMs: 60_000 });
    const phases: string[] = [];
    await generate(model, REQUEST, ctx(), (event) => {
      if (event.type === 'progress') phases.push(event.phase);
    });
    expect(phases).toEqual(['load']);
    expect(chats().at(-1)).toMatchObject({ model: 'cold', keep_alive: 60 });
    expect(await stateOf(model, 'cold:latest')).toMatchObject({
      state: 'ready',
      contextWindow: 4096,
    });
    await model.unload(ctx());
    expect(await stateOf(model, 'cold:latest')).toEqual({ id: 'cold:latest', state: 'cold' });
    await model.load(ctx());
    expect(await stateOf(model, 'cold:latest')).toMatchObject({ state: 'ready' });
  });

  it('M4: asks once what there is and what the model can do, for all who wait and for 60 s', async () => {
    let now = 0;
    const clock = { now: Date.now, elapsed: () => now, after: () => () => undefined };
    using model = ollama('cold', { baseURL: service.url, clock });
    await Promise.all([1, 2, 3].map(() => generate(model, REQUEST, ctx())));
    now = 59_999;
    await generate(model, REQUEST, ctx());
    expect(paths()).toEqual(['/api/tags', '/api/ps', '/api/show', ...Array(4).fill('/api/chat')]);
    now = 60_000;
    await generate(model, REQUEST, ctx());
    expect(paths().slice(7)).toEqual(['/api/tags', '/api/ps', '/api/chat']);
  });

  it('M4: a wrong name fails before anything is generated, with the names there are and the nearest', async () => {
    using model = ollama('qwen3:4c', { baseURL: service.url });
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'not-found',
      availableModels: ['cold:latest', 'qwen3:4b', 'plain:latest', 'all-minilm-embed:latest'],
      message: expect.stringContaining('did you mean "qwen3:4b"'),
    });
    expect(paths()).not.toContain('/api/chat');
    using sent = ollama('qwen3:4c', { baseURL: service.url, verify: false });
    await expect(generate(sent, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'not-found',
      status: 404,
      availableModels: expect.arrayContaining(['qwen3:4b']),
    });
  });

  it('M3 M4: finds the server by OLLAMA_HOST, and without a name the model that is in memory', async () => {
    vi.stubEnv('OLLAMA_HOST', `127.0.0.1:${service.port}`);
    using model = ollama();
    const answer = await generate(model, REQUEST, ctx());
    expect(answer.model).toBe('qwen3:4b');
    expect(model.info).toMatchObject({ id: 'default', provider: 'ollama', local: true });
    expect(model.info.server).toBe(service.url);
  });

  it('M12: asks for a window that holds the request, and for no smaller one afterwards', async () => {
    using model = ollama('qwen3:4b', { baseURL: service.url });
    await generate(model, REQUEST, ctx());
    await generate(model, { messages: [said(words(6000))] }, ctx());
    await generate(model, REQUEST, ctx());
    expect(chats().map(windowIn)).toEqual([4096, 16_384, 16_384]);
    expect(chats()[0]).toMatchObject({ truncate: false, shift: false, stream: true });
    using told = ollama('qwen3:4b', { baseURL: service.url, contextWindow: 12_000 });
    await generate(told, REQUEST, ctx());
    expect(windowIn(chats().at(-1))).toBe(12_000);
  });

  it('M12: asks for more room for a language of which more tokens may be than were estimated', async () => {
    const asked = async (text: string) => {
      using model = ollama('qwen3:4b', { baseURL: service.url });
      await generate(model, { messages: [said(text)] }, ctx());
      return chats().at(-1);
    };
    expect(await asked('word '.repeat(3500))).toMatchObject({ options: { num_ctx: 8192 } });
    expect(await asked('слово '.repeat(2000))).toMatchObject({ options: { num_ctx: 16_384 } });
  });

  it('M12: does not send what cannot fit, and says by how much', async () => {
    using model = ollama('cold', { baseURL: service.url });
    const long = { messages: [said(words(20_000))] };
    await expect(generate(model, long, ctx())).rejects.toMatchObject({
      kind: 'context-overflow',
      retryable: false,
      message: expect.stringMatching(/maximum context length is 8192 tokens.* about \d+ tokens/),
    });
    expect(paths()).not.toContain('/api/chat');
  });

  it('M12: a server that cuts a prompt in silence is told on', async () => {
    using model = ollama('qwen3:4b', { baseURL: service.url, contextWindow: 4096 });
    // A server before `truncate` was known: all but the last message is left out.
    const old: typeof globalThis.fetch = (input, init) => {
      const body = init?.body === undefined ? undefined : String(init.body);
      const cut = body?.replace('"truncate":false', '"old":0').replace('4096', '600');
      return fetch(input, cut === undefined ? init : { ...init, body: cut });
    };
    const request = { messages: [said('x '.repeat(3600)), said('And now?')] };
    const { warnings } = await generate(model, request, { ...ctx(), fetch: old });
    expect(warnings).toMatchObject([
      {
        kind: 'other',
        what: 'truncated',
        detail: expect.stringMatching(/read \d+ tokens of a prompt of about \d+/),
      },
    ]);
    const { warnings: none } = await generate(model, REQUEST, ctx());
    expect(none).toEqual([]);
  });

  it('M18: a window that the server finds too small is an overflow', async () => {
    using model = ollama('cold', { baseURL: service.url, verify: false, contextWindow: 8192 });
    // The mock counts four characters a token, and so more of these than an estimate.
    const request = { messages: [said('strawberries '.repeat(4000))] };
    await expect(generate(model, request, ctx())).rejects.toMatchObject({
      kind: 'context-overflow',
      status: 400,
    });
  });

  it('M9: sends images, texts, schemas, tools and settings, and gives a note for what it cannot', async () => {
    using model = ollama('qwen3:4b', { baseURL: service.url });
    const messages: readonly Message[] = [
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'See:' },
          { type: 'file', mediaType: 'image/png', data: 'aGk=' },
          { type: 'file', mediaType: 'text/plain', data: 'aGVsbG8=' },
          { type: 'file', mediaType: 'application/pdf', data: 'aGk=', name: 'a.pdf' },
          { type: 'file', mediaType: 'image/png', data: 'https://example.com/a.png' },
        ],
      },
    ];
    const { warnings } = await generate(
      model,
      {
        messages,
        tools: [
          { name: 'a', input: { type: 'object' } },
          { name: 'b', input: { type: 'object' } },
        ],
        toolChoice: { tool: 'b' },
        output: { type: 'json', schema: { type: 'object' } },
        maxTokens: 9,
        temperature: 0,
        topP: 0.5,
        stop: ['.'],
        seed: 7,
        effort: 'xhigh',
        options: { ollama: { keep_alive: '1h', options: { top_k: 3 } } },
      },
      ctx(),
    );
    expect(chats().at(-1)).toEqual({
      model: 'qwen3:4b',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content:
            'See:\n\nhello\n\n[A file was left out: a.pdf (application/pdf)]\n\n[A file was left out: file (image/png)]',
          images: ['aGk='],
        },
      ],
      stream: true,
      truncate: false,
      shift: false,
      tools: [{ type: 'function', function: { name: 'b', parameters: { type: 'object' } } }],
      format: { type: 'object' },
      think: 'high',
      keep_alive: '1h',
      options: {
        // Nobody knows what a picture takes in this model.
        num_ctx: 8192,
        num_predict: 9,
        temperature: 0,
        top_p: 0.5,
        stop: ['.'],
        seed: 7,
        top_k: 3,
      },
    });
    expect(warnings.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
      'adjusted toolChoice',
      'adjusted effort',
      'unsupported file',
      'unsupported file',
    ]);
  });

  it('M9: leaves thinking out for a model that does not think, and says what it cannot do', async () => {
    using model = ollama('plain', { baseURL: service.url });
    const { warnings } = await generate(model, { ...REQUEST, effort: 'high' }, ctx());
    expect(warnings).toMatchObject([{ kind: 'unsupported', what: 'effort' }]);
    expect(chats().at(-1)).not.toHaveProperty('think');
    const tools = [{ name: 'a', input: { type: 'object' } }];
    await expect(generate(model, { ...REQUEST, tools }, ctx())).rejects.toMatchObject({
      kind: 'unsupported',
      retryable: false,
      status: 400,
    });
  });
});

function said(text: string): Message {
  return { role: 'user', parts: [{ type: 'text', text }] };
}

function words(count: number): string {
  return 'word '.repeat(count);
}

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(5000) };
}

function paths(): readonly string[] {
  return service.requests.map(({ path }) => path);
}

function chats(): readonly unknown[] {
  return service.requests.filter(({ path }) => path === '/api/chat').map(({ body }) => body);
}

function windowIn(body: unknown): unknown {
  return (body as { readonly options: { readonly num_ctx: number } }).options.num_ctx;
}

async function stateOf(model: ReturnType<typeof ollama>, id: string): Promise<unknown> {
  return (await model.list(ctx())).find((one) => one.id === id);
}
