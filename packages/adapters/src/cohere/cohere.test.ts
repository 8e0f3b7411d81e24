import { generate } from '@overseer/core/plugin';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { cohere } from './cohere.ts';

const user = (text: string) => ({
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text }] }],
});

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());
beforeEach(() => {
  for (const name of ['CO_API_KEY', 'COHERE_API_KEY']) vi.stubEnv(name, '');
});
afterEach(() => vi.unstubAllEnvs());

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(5000) };
}

function answering(status: number, body: object): typeof fetch {
  return async () => new Response(JSON.stringify(body), { status });
}

describe('the Cohere adapter', () => {
  it('M3 M11: takes key and address from the environment, at the first call', async () => {
    vi.stubEnv('CO_API_URL', `${service.url}/v2`);
    using model = cohere('m');
    await expect(generate(model, user('hi'), ctx())).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('CO_API_KEY or COHERE_API_KEY'),
    });
    vi.stubEnv('COHERE_API_KEY', 'second');
    const { text, rate, requestId } = await generate(model, user('hi'), ctx());
    expect(text).toBe('Hello from mock.');
    expect(rate?.requests?.limit).toBe(1_000_000);
    expect(requestId).toMatch(/^req_/);
    expect(service.requests.at(-1)).toMatchObject({
      path: '/v2/chat',
      headers: { authorization: 'Bearer second' },
    });
  });

  it('M3: refuses a bad address', () => {
    expect(() => cohere('m', { baseURL: 'nowhere' })).toThrow('no http or https URL');
  });

  it('M4: a wrong name fails with the names there are', async () => {
    using model = cohere('err-404', { apiKey: 'k', baseURL: service.url });
    await expect(generate(model, user('hi'), ctx())).rejects.toMatchObject({
      availableModels: expect.arrayContaining(['m', 'm-tool']),
    });
  });

  it('M12: lists models with their windows, and counts texts of any length by the tokenizer', async () => {
    using model = cohere('m', { apiKey: 'k', baseURL: service.url });
    expect(await model.list(ctx())).toContainEqual({
      id: 'm',
      state: 'ready',
      contextWindow: 200_000,
    });
    expect(await model.countTokens(user('Hello there'), ctx())).toEqual({
      tokens: 3,
      source: 'provider',
      within: 16,
    });
    const before = service.requests.length;
    const long = await model.countTokens(user('😀 '.repeat(50_000)), ctx());
    expect(long.tokens).toBeGreaterThan(33_000);
    expect(service.requests.length - before).toBe(3);
    using wrong = cohere('err-429', { apiKey: 'k', baseURL: service.url });
    await expect(wrong.countTokens(user('hi'), ctx())).rejects.toMatchObject({
      kind: 'rate-limit',
    });
  });

  it.each([
    [401, 'invalid api token: secret-of-mine', 'auth'],
    [498, 'blocked output', 'auth'],
    [422, 'invalid request', 'invalid'],
    [429, 'You are using a Trial key, which is limited to 1000 API calls / month.', 'quota'],
    [429, 'You are using a Trial key, which is limited to 20 API calls / minute.', 'rate-limit'],
    [400, 'too many tokens: size limit exceeded by 9 tokens.', 'context-overflow'],
    [503, 'service unavailable', 'overloaded'],
  ])('M11 M18: %i with %j is %s', async (status, message, kind) => {
    using model = cohere('m', { apiKey: 'secret-of-mine' });
    const fetched = { ...ctx(), fetch: answering(status, { id: 'x', message }) };
    const thrown: unknown = await generate(model, user('hi'), fetched).catch((e: unknown) => e);
    expect(thrown).toMatchObject({ kind, status });
    expect(String(thrown)).not.toContain('secret-of-mine');
  });

  it('M9: gives up a stream that has gone silent, and closes its socket', async () => {
    using model = cohere('stall', { apiKey: 'k', baseURL: service.url, idleTimeoutMs: 60 });
    const before = service.requests.filter(({ closedEarly }) => closedEarly).length;
    await expect(generate(model, user('hi'), ctx())).rejects.toMatchObject({
      kind: 'timeout',
      partial: [{ type: 'text' }],
    });
    await vi.waitFor(() => {
      const closed = service.requests.filter(({ closedEarly }) => closedEarly).length;
      expect(closed).toBe(before + 1);
    });
  });
});
