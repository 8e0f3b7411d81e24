import { generate } from '@overseer/core/plugin';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { lmstudio } from './lmstudio.ts';
import { readV0, readV1 } from './read-models.ts';

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};

let service: MockService;
beforeEach(async () => {
  const models = [
    { id: 'cold', state: 'not-loaded' as const },
    { id: 'qwen3-4b', state: 'idle' as const, contextWindow: 4096 },
  ];
  service = await startMockService({ scenario: { models, rules: [] } });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.close();
});

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(5000) };
}

function paths(): readonly string[] {
  return service.requests.map(({ path }) => path);
}

describe('the LM Studio adapter', () => {
  it('M5: uses an idle model as it is, and a cold one after loading it once for all who wait', async () => {
    using idle = lmstudio('qwen3-4b', { baseURL: service.url });
    expect((await generate(idle, REQUEST, ctx())).text).toBe('Hello from mock.');
    expect(paths()).not.toContain('/api/v1/models/load');
    using cold = lmstudio('cold', { baseURL: `${service.url}/v1` });
    const phases: string[] = [];
    await Promise.all(
      Array.from({ length: 5 }, () =>
        generate(cold, REQUEST, ctx(), (event) => {
          if (event.type === 'progress') phases.push(event.phase);
        }),
      ),
    );
    expect(paths().filter((path) => path === '/api/v1/models/load')).toHaveLength(1);
    expect(phases).toEqual(['load', 'load', 'load', 'load', 'load']);
  });

  it('M4: asks for the list once for all who wait, keeps it for 60 s, and a check of it costs no request', async () => {
    let now = 0;
    const clock = { now: Date.now, elapsed: () => now, after: () => () => undefined };
    using model = lmstudio('qwen3-4b', { baseURL: service.url, clock });
    await Promise.all([1, 2, 3].map(() => generate(model, REQUEST, ctx())));
    now = 59_999;
    await generate(model, REQUEST, ctx());
    expect(paths().filter((path) => path === '/api/v1/models')).toHaveLength(1);
    now = 60_000;
    await generate(model, REQUEST, ctx());
    expect(paths().filter((path) => path === '/api/v1/models')).toHaveLength(2);
  });

  it('M4: a wrong name fails before anything is generated, with the names there are and the nearest', async () => {
    using model = lmstudio('qwen3-4', { baseURL: service.url });
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'not-found',
      availableModels: ['cold', 'qwen3-4b'],
      message: expect.stringContaining('did you mean "qwen3-4b"'),
    });
    expect(paths()).not.toContain('/v1/chat/completions');
  });

  it.each([undefined, 'default'])('M4: %s means the model that is in memory', async (name) => {
    using model = lmstudio(name, { baseURL: service.url });
    expect((await generate(model, REQUEST, ctx())).model).toBe('qwen3-4b');
    expect(model.info.id).toBe('default');
  });

  it('M5: models that are loaded by a request take turns at their server, and no answer is broken off', async () => {
    const models = [
      { id: 'a', state: 'not-loaded' as const, tokensPerSecond: 200, loadMs: 20 },
      { id: 'b', state: 'not-loaded' as const, tokensPerSecond: 200, loadMs: 20 },
    ];
    await using small = await startMockService({ scenario: { models, rules: [], maxLoaded: 1 } });
    const options = { baseURL: small.url, ttlMs: 60_000 };
    using a = lmstudio('a', options);
    using again = lmstudio('a', options);
    using b = lmstudio('b', options);
    const answers = await Promise.all(
      [a, b, again, b, a].map((model) => generate(model, REQUEST, ctx())),
    );
    expect(answers.map(({ text }) => text)).toEqual(Array(5).fill('Hello from mock.'));
    await generate(a, REQUEST, ctx());
    const lists = small.requests.filter(({ path }) => path === '/api/v1/models').length;
    await generate(a, REQUEST, ctx());
    expect(small.requests.filter(({ path }) => path === '/api/v1/models')).toHaveLength(lists);
    // Without turns the second model puts the first out of memory while it answers.
    const pushing = [a, b].map((_, n) =>
      lmstudio(n === 0 ? 'a' : 'b', { ...options, takeTurns: false }),
    );
    const broken = await Promise.allSettled(
      pushing.map((model) => generate(model, REQUEST, ctx())),
    );
    expect(broken.map(({ status }) => status)).toContain('rejected');
    for (const model of pushing) model[Symbol.dispose]();
  });

  it('M5: a call that leaves while it waits for its turn holds nobody up', async () => {
    const models = [{ id: 'a' }, { id: 'b' }];
    const rules = [
      { name: 'slow', model: 'a', reply: { text: 'x', endless: true, tokensPerSecond: 50 } },
    ];
    await using slow = await startMockService({ scenario: { models, rules } });
    using a = lmstudio('a', { baseURL: slow.url, verify: false });
    using b = lmstudio('b', { baseURL: slow.url, verify: false });
    const first = new AbortController();
    const running = generate(a, REQUEST, { signal: first.signal });
    await expect.poll(() => slow.requests.length).toBe(1);
    await expect(generate(b, REQUEST, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      kind: 'timeout',
    });
    const waits = generate(b, REQUEST, ctx());
    first.abort();
    await expect(running).rejects.toMatchObject({ kind: 'aborted' });
    expect((await waits).text).toBe('Hello from mock.');
    expect(slow.requests.filter(({ model }) => model === 'b')).toHaveLength(1);
  });

  it('M5: two adapters of one model load it once', async () => {
    const models = [{ id: 'big', state: 'not-loaded' as const, loadMs: 50 }];
    await using server = await startMockService({ scenario: { models, rules: [] } });
    using one = lmstudio('big', { baseURL: server.url });
    using two = lmstudio('big', { baseURL: server.url });
    await Promise.all([one, two].map((model) => generate(model, REQUEST, ctx())));
    const orders = server.requests.filter(({ path }) => path === '/api/v1/models/load');
    expect(orders).toHaveLength(1);
  });

  it('M5: has a model in memory with the window that is wanted, and loads nothing twice', async () => {
    using model = lmstudio('qwen3-4b', { baseURL: service.url });
    await model.load(ctx());
    expect(paths()).not.toContain('/api/v1/models/load');
    using small = lmstudio('cold', { baseURL: service.url, contextWindow: 2048 });
    await small.load(ctx());
    await small.load(ctx());
    expect(paths().filter((path) => path.endsWith('/load'))).toHaveLength(1);
    expect(await small.verify(ctx())).toMatchObject({
      state: 'ready',
      instances: ['cold'],
      contextWindow: 2048,
      largestWindow: 200_000,
      parallel: 4,
    });
    using large = lmstudio('cold', { baseURL: service.url, contextWindow: 8192 });
    await large.load(ctx());
    expect(await large.verify(ctx())).toMatchObject({ instances: ['cold'], contextWindow: 8192 });
    using wrong = lmstudio('col', { baseURL: service.url });
    await expect(wrong.verify(ctx())).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('M5: loads that come at once take a small window out once and bring a large one once', async () => {
    using small = lmstudio('cold', { baseURL: service.url, contextWindow: 2048 });
    await small.load(ctx());
    const before = paths().length;
    using first = lmstudio('cold', { baseURL: service.url, contextWindow: 8192 });
    using second = lmstudio('cold', { baseURL: service.url, contextWindow: 8192 });
    await Promise.all([first.load(ctx()), second.load(ctx()), first.load(ctx())]);
    const since = paths().slice(before);
    expect(since.filter((path) => path.endsWith('/unload'))).toHaveLength(1);
    expect(since.filter((path) => path.endsWith('/load'))).toHaveLength(1);
    expect(await first.verify(ctx())).toMatchObject({ instances: ['cold'], contextWindow: 8192 });
    // Whoever joins a load for a smaller window loads it anew after that.
    using larger = lmstudio('cold', { baseURL: service.url, contextWindow: 16_384 });
    using largest = lmstudio('cold', { baseURL: service.url, contextWindow: 32_768 });
    await Promise.all([larger.load(ctx()), largest.load(ctx())]);
    expect(await largest.verify(ctx())).toMatchObject({ contextWindow: 32_768 });
  });

  it('M5 M11: reads its model, address and token from variables', async () => {
    vi.stubEnv('LM_STUDIO_MODEL', 'qwen3-4b');
    vi.stubEnv('LM_STUDIO_BASE_URL', service.url);
    vi.stubEnv('LM_API_TOKEN', 'token-of-lm-studio');
    using model = lmstudio();
    expect(model.info).toMatchObject({ id: 'qwen3-4b', server: service.url });
    expect((await generate(model, REQUEST, ctx())).model).toBe('qwen3-4b');
    expect(service.requests.at(-1)?.headers['authorization']).toBe('Bearer token-of-lm-studio');
  });

  it('M5: lists states, loads and unloads', async () => {
    using model = lmstudio('cold', { baseURL: service.url });
    expect(await model.list(ctx())).toMatchObject([
      { id: 'cold', state: 'cold' },
      { id: 'qwen3-4b', state: 'ready', contextWindow: 4096 },
    ]);
    await model.load(ctx());
    expect(await model.list(ctx())).toMatchObject([{ id: 'cold', state: 'ready' }, {}]);
    await model.unload(ctx());
    expect(await model.list(ctx())).toMatchObject([{ id: 'cold', state: 'cold' }, {}]);
  });

  it('M5: asks for a TTL by loading with a first request, since the load API knows none', async () => {
    using model = lmstudio('cold', { baseURL: service.url, ttlMs: 30_000 });
    await generate(model, REQUEST, ctx());
    expect(paths()).not.toContain('/api/v1/models/load');
    const bodies = service.requests.filter(({ path }) => path === '/v1/chat/completions');
    expect(bodies.map(({ body }) => body)).toMatchObject([{ ttl: 30, max_tokens: 1 }, { ttl: 30 }]);
  });

  it('M5: a refusal for want of a loaded model is `loading`, and the list is asked again after it', async () => {
    const refuse: typeof globalThis.fetch = (input, init) =>
      String(input).endsWith('/chat/completions')
        ? Promise.resolve(Response.json({ error: 'No models loaded.' }, { status: 400 }))
        : fetch(input, init);
    using model = lmstudio('qwen3-4b', { baseURL: service.url });
    const failed = generate(model, REQUEST, { ...ctx(), fetch: refuse });
    await expect(failed).rejects.toMatchObject({ kind: 'loading', retryable: true });
    await generate(model, REQUEST, ctx());
    expect(paths().filter((path) => path === '/api/v1/models')).toHaveLength(2);
  });

  it('M5: warns when another model answers', async () => {
    const other: typeof globalThis.fetch = (input, init) =>
      typeof init?.body === 'string'
        ? fetch(input, { ...init, body: init.body.replace('"cold"', '"qwen3-4b"') })
        : fetch(input, init);
    using model = lmstudio('cold', { baseURL: service.url });
    await model.load(ctx());
    const { warnings } = await generate(model, REQUEST, { ...ctx(), fetch: other });
    expect(warnings).toEqual([
      { kind: 'adjusted', what: 'model', detail: 'qwen3-4b answered instead of cold' },
    ]);
  });
});

describe("LM Studio's listings", () => {
  it('M5: reads both forms', () => {
    const config = { context_length: 4096 };
    const v1 = {
      models: [
        {
          type: 'llm',
          key: 'a',
          loaded_instances: [{ id: 'a:2', config }],
          max_context_length: 8192,
        },
        { type: 'embedding', key: 'b', loaded_instances: [], max_context_length: 512 },
        { key: 7 },
      ],
    };
    expect(readV1(v1)).toEqual([
      {
        id: 'a',
        state: 'ready',
        chat: true,
        instances: ['a:2'],
        loadsByOrder: true,
        contextWindow: 4096,
        largestWindow: 8192,
      },
      {
        id: 'b',
        state: 'cold',
        chat: false,
        instances: [],
        loadsByOrder: true,
        contextWindow: 512,
        largestWindow: 512,
      },
    ]);
    const v0 = ['loaded', 'idle', 'not-loaded', 'loading', 'new'].map((state) => ({
      id: state,
      state,
    }));
    expect(readV0({ data: v0 })?.map(({ state }) => state)).toEqual([
      'ready',
      'ready',
      'cold',
      'busy',
      undefined,
    ]);
    expect(readV1({ error: 'Unexpected endpoint' })).toBeUndefined();
  });
});
