import { generate, OverseerError } from '@overseer/core/plugin';
import type { CallContext, Model, ModelEvent, ModelRequest } from '@overseer/core/spec';
import { modelConformance } from '@overseer/core/testing';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AnthropicBatchOptions, anthropicBatch } from '../anthropic/index.ts';
import { fromCallback, keyring } from '../credentials/index.ts';
import { type MockScenario, type MockService, startMockService } from '../mock-llm/index.ts';
import { type OpenAiBatchOptions, openaiBatch } from '../openai/index.ts';

const services: MockService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

const FAST = { apiKey: 'k', collectMs: 15, pollMs: 10 };

const ways = {
  openai: ({ url }: MockService, id: string, options: Partial<OpenAiBatchOptions> = {}) =>
    openaiBatch(id, { ...FAST, baseURL: `${url}/v1`, ...options }),
  anthropic: ({ url }: MockService, id: string, options: Partial<AnthropicBatchOptions> = {}) =>
    anthropicBatch(id, { ...FAST, baseURL: url, ...options }),
};
const CREATE = /^\/v1\/(messages\/)?batches$/;

describe.each(Object.entries(ways))('calls in batches of %s', (_, create) => {
  it('M13: are collected and sent as one batch, whose results find their calls', async () => {
    const service = await start();
    const model = create(service, 'm');
    const asked = ['a', 'b', 'c'].map((text) => generate(model, say(text), ctx()));
    const answers = await Promise.all(asked);
    expect(answers.map(({ text }) => text)).toEqual(['you said a', 'you said b', 'you said c']);
    expect(answers[0]).toMatchObject({ reason: 'stop', usage: { output: { total: 3 } } });
    expect(created(service)).toBe(1);
  });

  it('M11 M13: send the key that their source gives, with every request', async () => {
    const service = await start();
    const keys = { apiKey: fromCallback(() => 'the-right-key') };
    await generate(create(service, 'm', keys), say('a'), ctx());
    const sent = service.requests.map(({ headers }) => headers.authorization);
    expect(sent.length).toBeGreaterThan(1);
    expect(new Set(sent)).toEqual(new Set(['Bearer the-right-key']));
  });

  it('M11 M13: go out with the key that is said, a batch for each, from its upload to its results', async () => {
    const service = await start();
    const model = create(service, 'm', { apiKey: keyring({ a: 'key-of-a', b: 'key-of-b' }) });
    expect(model.info).toMatchObject({ keyId: 'ring a | b', keyNames: ['a', 'b'] });
    const turns = ['a', 'b', 'a', 'b'] as const;
    await Promise.all(
      turns.map((keyName, nth) => generate(model, say(`${nth}`), { ...ctx(), keyName })),
    );
    expect(created(service)).toBe(2);
    expect([...keysOfBatches(service).values()].sort()).toEqual(['key-of-a', 'key-of-b']);
  });

  it('M11 M13: keep a batch to one key of several where nobody says which, and these take turns', async () => {
    const service = await start({ takesMs: 30 });
    const apiKey = keyring({ a: 'key-of-a', b: 'key-of-b' });
    const model = create(service, 'm', { apiKey, most: 2 });
    const texts = ['a', 'b', 'c', 'd'];
    await Promise.all(texts.map((text) => generate(model, say(text), ctx())));
    const used = keysOfBatches(service);
    expect([...used.values()].sort()).toEqual(['key-of-a', 'key-of-b']);
  });

  it('M11 M13: go out with the next key of several where nobody says which and one is refused', async () => {
    const service = await start();
    const apiKey = keyring({ a: 'key-of-a', b: 'key-of-b' });
    const model = create(service, 'm', { apiKey });
    const network: typeof fetch = (input, init) => {
      const { headers } = new Request(input, init);
      const key = headers.get('authorization') ?? headers.get('x-api-key');
      if (key?.includes('key-of-a') !== true) return fetch(input, init);
      return Promise.resolve(new Response('{"error":{"message":"withdrawn"}}', { status: 401 }));
    };
    const call = ctx({ fetch: network });
    expect((await generate(model, say('x'), call)).text).toBe('you said x');
    expect([...keysOfBatches(service).values()]).toEqual(['key-of-b']);
    const none = create(service, 'm', { apiKey: keyring({ a: 'key-of-a' }) });
    await expect(generate(none, say('y'), call)).rejects.toMatchObject({ kind: 'auth' });
  });

  it('M11 M13: made again with another key find the batch of the first, and look at it with that', async () => {
    const service = await start({ takesMs: 40 });
    const keys = { apiKey: keyring({ a: 'key-of-a', b: 'key-of-b' }) };
    const call = { ...ctx(), key: 'the-same-call' };
    const gone = AbortSignal.timeout(60);
    const reason = new OverseerError('run.closing', 'the host goes away');
    const left = new AbortController();
    gone.addEventListener('abort', () => left.abort(reason));
    const first = generate(create(service, 'm', keys), say('x'), {
      ...{ ...call, keyName: 'a', signal: left.signal },
    });
    await expect(first).rejects.toThrow();
    const before = service.requests.length;
    const again = { ...call, keyName: 'b', again: true };
    const { text } = await generate(create(service, 'm', keys), say('x'), again);
    expect([text, created(service)]).toEqual(['you said x', 1]);
    const looks = service.requests.slice(before).filter(({ path }) => /batches\/[^/?]+/.test(path));
    expect(looks.length).toBeGreaterThan(0);
  });

  it('M11 M13: are sent by a good key, where another is let in no more', async () => {
    const service = await start();
    let refused = 0;
    const network: typeof fetch = (input, init) => {
      const request = new Request(input, init);
      const key = request.headers.get('authorization') ?? request.headers.get('x-api-key');
      if (key?.includes('key-of-a') !== true) return fetch(input, init);
      refused++;
      return Promise.resolve(new Response('{"error":{"message":"withdrawn"}}', { status: 401 }));
    };
    const model = create(service, 'm', { apiKey: keyring({ a: 'key-of-a', b: 'key-of-b' }) });
    const call = ctx({ again: true, keyName: 'b', fetch: network });
    expect((await generate(model, say('x'), call)).text).toBe('you said x');
    expect(refused).toBe(1);
  });

  it('M13: cost half, say so before the call, and go on when made again', async () => {
    const service = await start();
    const price = { input: 3, output: 15, cacheRead: 0.3 };
    expect(create(service, 'm', { price }).info).toMatchObject({
      resumes: true,
      price: { input: 1.5, output: 7.5, cacheRead: 0.15 },
    });
    const dear = create(service, 'm', { price, priceFactor: 0.8 });
    expect(dear.info.price?.output).toBe(12);
  });

  it('M13: more than fit in one go in several, and no more of these at once than may be', async () => {
    const service = await start();
    const model = create(service, 'm', { most: 2, batches: 1 });
    const texts = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(texts.map((text) => generate(model, say(text), ctx())));
    expect(answers.map(({ text }) => text)).toEqual(texts.map((text) => `you said ${text}`));
    expect(created(service)).toBe(3);
  });

  it('M13: say that they wait, in the queue', async () => {
    const service = await start({ takesMs: 500 });
    const seen: ModelEvent[] = [];
    await generate(create(service, 'm'), say('a'), ctx(), (event) => seen.push(event));
    const waits = seen.filter(({ type }) => type === 'progress');
    expect(waits.length).toBeGreaterThan(1);
    expect(waits).toContainEqual(expect.objectContaining({ phase: 'queue' }));
  });

  it('M13 R1: made again by another process find their batch, under way or over, and are paid once', async () => {
    const service = await start({ takesMs: 500 });
    await die(service, create(service, 'm'), 'a', 1);
    const answer = await generate(create(service, 'm'), say('a'), ctx({ again: true }));
    expect(answer.text).toBe('you said a');
    // The process died again before it wrote that down.
    const again = await generate(create(service, 'm'), say('a'), ctx({ again: true }));
    expect(again.text).toBe('you said a');
    expect(created(service)).toBe(1);
    expect(service.counts()['m']?.completed).toBe(1);
    // A request that was changed meanwhile is another.
    await generate(create(service, 'm'), say('b'), ctx({ again: true }));
    expect(created(service)).toBe(2);
  });

  it('M13 R1: look for nothing when made for the first time', async () => {
    const service = await start();
    await generate(create(service, 'm'), say('a'), ctx({ again: false }));
    const lists = service.requests.filter(
      ({ method, path }) => method === 'GET' && CREATE.test(path),
    );
    expect(lists).toEqual([]);
  });

  it('M13: what one call was refused, the others are not', async () => {
    const rule = { name: 'no', reply: { fault: { kind: 'status' as const, status: 400 } } };
    const when = (request: { readonly lastText: string }) => request.lastText === 'bad';
    const service = await start({}, [{ ...rule, when }]);
    const model = create(service, 'm');
    const bad = generate(model, say('bad'), ctx());
    const good = generate(model, say('a'), ctx());
    await expect(bad).rejects.toMatchObject({ kind: 'invalid' });
    expect((await good).text).toBe('you said a');
  });

  it('M13: that expired can be made again, and are then sent anew', async () => {
    const service = await start({ answers: 1 });
    const model = create(service, 'm');
    const first = generate(model, say('a'), ctx());
    await expect(generate(model, say('b'), ctx())).rejects.toMatchObject({
      kind: 'timeout',
      retryable: true,
    });
    expect((await first).text).toBe('you said a');
    const again = await generate(model, say('b'), ctx({ again: true }));
    expect(again.text).toBe('you said b');
    expect(service.counts()['m']?.completed).toBe(2);
  });

  it('M13: all cancelled cancel their batch, one of them does not', async () => {
    const service = await start({ takesMs: 100 });
    const model = create(service, 'm');
    const stops = [new AbortController(), new AbortController()] as const;
    const calls = stops.map(({ signal }, index) =>
      generate(model, say(`${index}`), ctx({ signal })).catch(({ kind }) => kind),
    );
    await vi.waitFor(() => expect(created(service)).toBe(1));
    stops[0].abort();
    expect(await calls[0]).toBe('aborted');
    expect(await calls[1]).toMatchObject({ text: 'you said 1' });
    expect(cancels(service)).toBe(0);
    const stop = new AbortController();
    const gone = generate(model, say('c'), ctx({ signal: stop.signal })).catch(({ kind }) => kind);
    await vi.waitFor(() => expect(created(service)).toBe(2));
    stop.abort();
    expect(await gone).toBe('aborted');
    await vi.waitFor(() => expect(cancels(service)).toBe(1));
  });

  it('M13: taken back while they are collected are never sent', async () => {
    const service = await start();
    const stop = new AbortController();
    const model = create(service, 'm');
    const gone = generate(model, say('a'), ctx({ signal: stop.signal })).catch(({ kind }) => kind);
    setTimeout(() => stop.abort(), 2);
    expect(await gone).toBe('aborted');
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(service.requests).toEqual([]);
  });

  it('M13: that take longer than the host has patience fail, and their batch is cancelled', async () => {
    const service = await start({ takesMs: 60_000 });
    const model = create(service, 'm', { patienceMs: 40 });
    await expect(generate(model, say('a'), ctx())).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('patienceMs'),
    });
    await vi.waitFor(() => expect(cancels(service)).toBe(1));
  });

  it('M13: equal ones at once share one place', async () => {
    const service = await start();
    const model = create(service, 'm');
    const both = await Promise.all([1, 2].map(() => generate(model, say('a'), ctx())));
    expect(both.map(({ text }) => text)).toEqual(['you said a', 'you said a']);
    expect(service.counts()['m']?.completed).toBe(1);
  });

  it('M13 M18: options that cannot be are refused', () => {
    const service = { url: 'http://127.0.0.1:9' } as MockService;
    for (const options of [{ most: 0 }, { most: 1e6 }, { batches: 0 }, { pollMs: 0 }])
      expect(() => create(service, 'm', options)).toThrow(/batch/i);
  });
});

describe('calls in batches', () => {
  it('M13: of a batch that OpenAI refuses fail with what it says', async () => {
    const service = await start({ refusal: 'line 1 is no request' });
    await expect(generate(ways.openai(service, 'm'), say('a'), ctx())).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('line 1 is no request'),
    });
  });

  it('M13 R1: made again go to nobody else while batches are under way whose content nobody tells', async () => {
    const service = await start({ takesMs: 120 });
    const elsewhere = generate(ways.anthropic(service, 'm'), say('other'), ctx());
    await vi.waitFor(() => expect(created(service)).toBe(1));
    const mine = generate(ways.anthropic(service, 'm'), say('a'), ctx({ again: true }));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(created(service)).toBe(1);
    await elsewhere;
    expect((await mine).text).toBe('you said a');
    expect(created(service)).toBe(2);
  });

  it('M13: too many for a list to name them are found by what was sent', async () => {
    const service = await start({ takesMs: 200 });
    const dying = ways.openai(service, 'm', { most: 400 });
    const gone = new OverseerError('overseer.closed', 'closed');
    const stop = new AbortController();
    const calls = Array.from({ length: 340 }, (_, n) =>
      generate(dying, say(`${n}`), ctx({ signal: stop.signal })).catch(() => undefined),
    );
    await vi.waitFor(() => expect(created(service)).toBe(1));
    stop.abort(gone);
    await Promise.all(calls);
    const answer = await generate(ways.openai(service, 'm'), say('339'), ctx({ again: true }));
    expect(answer.text).toBe('you said 339');
    expect(created(service)).toBe(1);
  });
});

describe('the conformance kit', () => {
  let service: MockService;
  beforeAll(async () => {
    service = await startMockService();
    return () => service.close();
  });
  /** What a wire without streams cannot do: be left or break off in mid-answer, stream text, tell a rate, or when to come again. */
  const STREAMING =
    /stream|connection|no JSON|an abort|a signal whose|deltas|nobody listens|who is slow|err-429/;
  describe.each(Object.entries(ways))('%s', (_, create) => {
    const rules = modelConformance({
      create: (name: string): Model => create(service, name),
      without: ['rate'],
    });
    // Anthropic's results have a type where others have a status, and none that is a 503's own.
    const fit = rules.filter(({ name }) => !STREAMING.test(name) && !/err-503/.test(name));
    it('Q1: most rules apply', () => expect(fit.length).toBeGreaterThanOrEqual(8));
    it.each(fit.map((rule) => [rule.name, rule] as const))('%s', (_name, rule) => rule.check());
  });
});

/** A process makes a call and ends once its batch is at the provider. */
async function die(service: MockService, model: Model, text: string, batches: number) {
  const stop = new AbortController();
  const call = generate(model, say(text), ctx({ signal: stop.signal })).catch(({ kind }) => kind);
  await vi.waitFor(() => expect(created(service)).toBe(batches));
  await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort(new OverseerError('overseer.closed', 'the overseer was closed'));
  expect(await call).toBe('aborted');
}

function say(text: string): ModelRequest {
  return { messages: [{ role: 'user', parts: [{ type: 'text', text }] }] };
}

function ctx(more: Partial<CallContext> = {}): CallContext {
  return { signal: AbortSignal.timeout(8_000), key: 'attempt/1', again: false, ...more };
}

function created({ requests }: MockService): number {
  return requests.filter(({ method, path }) => method === 'POST' && CREATE.test(path)).length;
}

/** The keys with which each batch was looked at and read. */
function keysOfBatches({ requests }: MockService): ReadonlyMap<string, string> {
  const batches = new Map<string, Set<string>>();
  for (const { path, headers } of requests) {
    const [, id] = /\/batches\/([^/?]+)/.exec(path) ?? [];
    if (id === undefined) continue;
    const used = batches.get(id) ?? new Set();
    batches.set(id, used.add(String(headers.authorization).replace('Bearer ', '')));
  }
  return new Map([...batches].map(([id, used]) => [id, [...used].join()]));
}

function cancels({ requests }: MockService): number {
  return requests.filter(({ path }) => path.endsWith('/cancel')).length;
}

async function start(
  batches: NonNullable<MockScenario['batches']> = {},
  rules: MockScenario['rules'] = [],
): Promise<MockService> {
  const echo = {
    name: 'echo',
    reply: (request: { readonly lastText: string }) => ({ text: `you said ${request.lastText}` }),
  };
  const scenario = { models: [{ id: 'm' }], rules: [...rules, echo], batches };
  const service = await startMockService({ scenario });
  services.push(service);
  return service;
}
