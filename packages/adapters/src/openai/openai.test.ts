import { generate } from '@overseer/core/plugin';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { keepClients } from '../internal/sdk-client.ts';
import { type MockService, startMockService } from '../mock-llm/index.ts';
import { openai } from './openai.ts';

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};

let service: MockService;
beforeAll(async () => {
  service = await startMockService();
});
afterAll(() => service.close());
afterEach(() => vi.unstubAllEnvs());

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(5000) };
}

describe('the OpenAI adapter', () => {
  it('M11: says which variable to set when there is no key, and reads it at the call', async () => {
    vi.stubEnv('OPENAI_API_KEY', '');
    const model = openai('m', { baseURL: `${service.url}/v1` });
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('set OPENAI_API_KEY'),
    });
    vi.stubEnv('OPENAI_API_KEY', 'k');
    expect((await generate(model, REQUEST, ctx())).text).toBe('Hello from mock.');
  });

  it('M11: reads OPENAI_API_BASE where OPENAI_BASE_URL is not set', async () => {
    vi.stubEnv('OPENAI_BASE_URL', '');
    vi.stubEnv('OPENAI_API_BASE', `${service.url}/v1`);
    const model = openai('m', { apiKey: 'k' });
    expect((await generate(model, REQUEST, ctx())).text).toBe('Hello from mock.');
    vi.stubEnv('OPENAI_API_BASE', 'http://me:secret@127.0.0.1:1/v1');
    const error = await generate(openai('m', { apiKey: 'k' }), REQUEST, ctx()).catch(String);
    expect(error).toContain('OPENAI_API_BASE');
    expect(error).not.toContain('secret');
  });

  it('M4: a wrong name fails with the names there are, and the nearest', async () => {
    const model = openai('err-404', { apiKey: 'k', baseURL: `${service.url}/v1` });
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'not-found',
      status: 404,
      availableModels: expect.arrayContaining(['m', 'm-tool']),
    });
  });

  it('M12: has its provider count what its tokenizer here does not know', async () => {
    const options = { apiKey: 'k', baseURL: `${service.url}/v1` } as const;
    const messages = [
      { role: 'user' as const, parts: [{ type: 'text' as const, text: 'a'.repeat(40) }] },
    ];
    expect(await openai('m', options).countTokens?.({ messages }, ctx())).toEqual({
      tokens: 10,
      source: 'provider',
      within: 0,
    });
    const before = service.requests.length;
    expect(await openai('gpt-4o', options).countTokens?.({ messages }, ctx())).toMatchObject({
      source: 'tokenizer',
    });
    expect(service.requests.length).toBe(before);
  });

  it('R9: makes one request and leaves retries to the kernel', async () => {
    const before = service.requests.length;
    const model = openai('err-500', { apiKey: 'k', baseURL: `${service.url}/v1` });
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({ kind: 'server' });
    expect(service.requests.length).toBe(before + 1);
  });

  it('M9: passes what the host gives under its name, and what the call gives as headers', async () => {
    const model = openai('m', {
      apiKey: 'k',
      baseURL: `${service.url}/v1`,
      headers: { 'x-app': 'a' },
    });
    await generate(
      model,
      { ...REQUEST, maxTokens: 50, options: { openai: { service_tier: 'flex' } } },
      { ...ctx(), headers: { 'x-call': 'b' } },
    );
    const sent = service.requests.at(-1);
    expect(sent?.body).toMatchObject({
      service_tier: 'flex',
      max_completion_tokens: 50,
      stream_options: { include_usage: true },
    });
    expect(sent?.headers).toMatchObject({ 'x-app': 'a', 'x-call': 'b' });
  });

  it('M9: stops at four texts, and says that it was given more', async () => {
    const model = openai('m', { apiKey: 'k', baseURL: `${service.url}/v1` });
    const stop = ['1', '2', '3', '4', '5'];
    const { warnings } = await generate(model, { ...REQUEST, stop }, ctx());
    expect(service.requests.at(-1)?.body).toMatchObject({ stop: ['1', '2', '3', '4'] });
    expect(warnings).toMatchObject([{ kind: 'adjusted', what: 'stop' }]);
  });

  it('M9: gives up a stream that has gone silent', async () => {
    const model = openai('stall', { apiKey: 'k', baseURL: `${service.url}/v1`, idleTimeoutMs: 60 });
    const before = service.requests.filter(({ closedEarly }) => closedEarly).length;
    await expect(generate(model, REQUEST, ctx())).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('idleTimeoutMs'),
    });
    await vi.waitFor(() => {
      const closed = service.requests.filter(({ closedEarly }) => closedEarly).length;
      expect(closed).toBe(before + 1);
    });
  });
});

describe('an SDK', () => {
  it('M6: that is not installed is asked for by name', async () => {
    const missing = Object.assign(new Error('Cannot find package'), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
    const clientFor = keepClients({
      packageName: 'some-sdk',
      version: '7',
      create: () => Promise.reject(missing),
    });
    await expect(clientFor(undefined)).rejects.toMatchObject({
      kind: 'unsupported',
      message: 'the package some-sdk is not installed; run: npm install some-sdk@7',
    });
  });

  it('M1: makes one client for all calls, and one for each fetch that calls bring', async () => {
    let made = 0;
    const clientFor = keepClients({
      packageName: 'some-sdk',
      version: '7',
      create: () => Promise.resolve(++made),
    });
    expect(await Promise.all([clientFor(undefined), clientFor(undefined)])).toEqual([1, 1]);
    expect([await clientFor(fetch), await clientFor(fetch)]).toEqual([2, 2]);
  });
});
