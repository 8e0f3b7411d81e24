import { generate } from '@overseer/core/plugin';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
afterEach(() => service.close());

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
    using model = lmstudio('cold', { baseURL: service.url, ttlSeconds: 30 });
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
      { id: 'a', state: 'ready', chat: true, instances: ['a:2'], contextWindow: 4096 },
      { id: 'b', state: 'cold', chat: false, instances: [], contextWindow: 512 },
    ]);
    const v0 = ['loaded', 'idle', 'not-loaded', 'loading', 'new'].map((state) => ({
      id: state,
      state,
    }));
    expect(readV0({ data: v0 })?.map(({ state }) => state)).toEqual([
      'ready',
      'ready',
      'cold',
      'loading',
      'unknown',
    ]);
    expect(readV1({ error: 'Unexpected endpoint' })).toBeUndefined();
  });
});
