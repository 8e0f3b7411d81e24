import { generate } from '@overseer/core/plugin';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { google } from './google.ts';

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());
beforeEach(() => {
  for (const name of ['GOOGLE_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_GENAI_API_VERSION'])
    vi.stubEnv(name, '');
});
afterEach(() => vi.unstubAllEnvs());

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(5000) };
}

function answering(status: number, body: object): typeof fetch {
  return async () => new Response(JSON.stringify(body), { status });
}

describe('the Google adapter', () => {
  it('M3 M11: asks with the key in a header, and never in the address', async () => {
    using model = google('m', { apiKey: 'secret-of-mine', baseURL: service.url });
    expect((await generate(model, REQUEST, ctx())).text).toBe('Hello from mock.');
    const seen = service.requests.at(-1);
    expect(seen?.headers['x-goog-api-key']).toBe('secret-of-mine');
    let url = '';
    const watched: typeof fetch = (input, init) => {
      url = String(input);
      return fetch(input, init);
    };
    await generate(model, REQUEST, { ...ctx(), fetch: watched });
    expect(url).toBe(`${service.url}/v1/models/m:streamGenerateContent?alt=sse`);
  });

  it("M3 M11: takes key, address and version from the variables of Google's own client", async () => {
    vi.stubEnv('GOOGLE_GEMINI_BASE_URL', service.url);
    vi.stubEnv('GOOGLE_GENAI_API_VERSION', 'beta');
    using model = google('m');
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('GOOGLE_API_KEY or GEMINI_API_KEY'),
    });
    vi.stubEnv('GEMINI_API_KEY', 'from-gemini');
    expect((await generate(model, REQUEST, ctx())).text).toBe('Hello from mock.');
    expect(service.requests.at(-1)).toMatchObject({
      path: '/v1beta/models/m:streamGenerateContent',
      headers: { 'x-goog-api-key': 'from-gemini' },
    });
  });

  it('M3: refuses a bad address, and asks under the one that is given', async () => {
    expect(() => google('m', { baseURL: 'nowhere' })).toThrow('no http or https URL');
    expect(() => google('m', { baseURL: 'https://me:pass@x.test' })).toThrow('name or password');
    const headers = { 'X-Goog-Api-Key': 'of-the-host' };
    using model = google('tunedModels/a b', { headers, baseURL: 'https://x.test/gate/' });
    let url = '';
    const watched: typeof fetch = async (input) => {
      url = String(input);
      return new Response('{}', { status: 400 });
    };
    await generate(model, REQUEST, { ...ctx(), fetch: watched }).catch(() => undefined);
    expect(url).toBe('https://x.test/gate/v1/tunedModels/a%20b:streamGenerateContent?alt=sse');
  });

  it('M4: a wrong name fails with the names there are', async () => {
    using model = google('err-404', { apiKey: 'k', baseURL: service.url });
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      availableModels: expect.arrayContaining(['m', 'm-tool']),
    });
  });

  it('M12: lists models with their windows, and counts what a request has', async () => {
    using model = google('m', { apiKey: 'k', baseURL: service.url });
    expect(await model.list(ctx())).toContainEqual({
      id: 'm',
      state: 'ready',
      contextWindow: 200_000,
    });
    const input = { type: 'object', properties: { city: { type: 'string' } } };
    const tools = [{ name: 'get', input }];
    const messages = [
      { role: 'system' as const, parts: REQUEST.messages[0]?.parts ?? [] },
      ...REQUEST.messages,
    ];
    const counted = await model.countTokens({ messages, tools }, ctx());
    const { usage } = await generate(model, { messages, tools }, ctx());
    expect(counted).toEqual({ tokens: usage.input.total, source: 'provider', within: 0 });
    expect(counted.tokens).toBeGreaterThan(10);
    using wrong = google('err-429', { apiKey: 'k', baseURL: service.url });
    await expect(wrong.countTokens(REQUEST, ctx())).rejects.toMatchObject({ kind: 'rate-limit' });
  });

  it('M11 M18: a refused key is one, whatever its status, and is not repeated', async () => {
    using model = google('m', { apiKey: 'secret-of-mine' });
    const message = 'API key not valid. Please pass a valid API key: secret-of-mine';
    const error = { code: 400, message, status: 'INVALID_ARGUMENT' };
    const call = generate(model, REQUEST, { ...ctx(), fetch: answering(400, { error }) });
    const thrown: unknown = await call.catch((caught: unknown) => caught);
    expect(thrown).toMatchObject({ kind: 'auth', retryable: false });
    expect(JSON.stringify(thrown) + String(thrown)).not.toContain('secret-of-mine');
  });

  it('L2 M18: a limit that is met says when to come back, and a quota too', async () => {
    using model = google('m', { apiKey: 'k' });
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '36.5s' }];
    const message = 'You exceeded your current quota, please check your plan and billing details.';
    const error = { code: 429, message, status: 'RESOURCE_EXHAUSTED', details };
    const call = generate(model, REQUEST, { ...ctx(), fetch: answering(429, { error }) });
    await expect(call).rejects.toMatchObject({ kind: 'rate-limit', retryAfterMs: 36_500 });
  });

  it('M9: gives up a stream that has gone silent, and closes its socket', async () => {
    using model = google('stall', { apiKey: 'k', baseURL: service.url, idleTimeoutMs: 60 });
    const before = service.requests.filter(({ closedEarly }) => closedEarly).length;
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'timeout',
      partial: [{ type: 'text' }],
    });
    await vi.waitFor(() => {
      const closed = service.requests.filter(({ closedEarly }) => closedEarly).length;
      expect(closed).toBe(before + 1);
    });
  });
});
