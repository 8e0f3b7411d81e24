import { generate } from '@overseer/core/plugin';
import type { CallContext, Model, ModelRequest } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { anthropicBatch } from '../anthropic/index.ts';
import { type MockScenario, type MockService, startMockService } from '../mock-llm/index.ts';
import { openaiBatch } from '../openai/index.ts';
import type { BatchOptions, BatchSilence } from './batch-options.ts';

type Create = (service: MockService, options: BatchOptions & BatchSilence) => Model;

const FAST = { apiKey: 'k', collectMs: 15, pollMs: 10 };
const ways: Readonly<Record<string, Create>> = {
  openai: ({ url }, options) => openaiBatch('m', { ...FAST, baseURL: `${url}/v1`, ...options }),
  anthropic: ({ url }, options) => anthropicBatch('m', { ...FAST, baseURL: url, ...options }),
};

describe.each(Object.entries(ways))('batches of %s', (_, create) => {
  it('M13 M18: of which a look stalls in mid-answer are looked at again', async () => {
    await using service = await start({ takesMs: 30 });
    const { fetch, stalled } = stalling(isLook, 2);
    const model = create(service, { idleTimeoutMs: 200 });
    expect((await generate(model, say('a'), ctx({ fetch }))).text).toBe('you said a');
    expect(stalled()).toBe(2);
  });

  it('M13 M18: whose results stall in mid-file are read again', async () => {
    await using service = await start();
    const { fetch, stalled } = stalling(isResults, 1);
    const model = create(service, { idleTimeoutMs: 200 });
    expect((await generate(model, say('a'), ctx({ fetch }))).text).toBe('you said a');
    expect(stalled()).toBe(1);
  });

  it.each([
    ['looks', (path: string) => isLook(path)],
    ['results', (path: string) => isResults(path)],
  ])('M13 M18: whose %s stall for ever fail when patience ends', async (_what, isIt) => {
    await using service = await start();
    const { fetch } = stalling(isIt, Number.POSITIVE_INFINITY);
    const model = create(service, { patienceMs: 120 });
    await expect(generate(model, say('a'), ctx({ fetch }))).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('patienceMs'),
    });
  });

  it('L7 M13: that nobody may look at any more go on, so that their calls count as begun', async () => {
    await using service = await start({ takesMs: 60_000 });
    const refusing: typeof fetch = async (input, init) => {
      const isIt = (init?.method ?? 'GET') === 'GET' && isLook(new URL(`${input}`).pathname);
      return isIt
        ? Response.json({ error: { message: 'no' } }, { status: 401 })
        : fetch(input, init);
    };
    const model = create(service, {});
    await expect(generate(model, say('a'), ctx({ fetch: refusing }))).rejects.toMatchObject({
      kind: 'auth',
      begun: true,
    });
  });

  it('L7 M13: that were never sent have not begun', async () => {
    await using service = await start();
    const refusing: typeof fetch = async (input, init) =>
      init?.method === 'POST'
        ? Response.json({ error: { message: 'no' } }, { status: 401 })
        : fetch(input, init);
    const model = create(service, {});
    await expect(generate(model, say('a'), ctx({ fetch: refusing }))).rejects.toMatchObject({
      kind: 'auth',
      begun: false,
    });
  });
});

const isLook = (path: string): boolean => /\/batches\/[^/]+$/.test(path);
const isResults = (path: string): boolean => /\/content$|\/results$/.test(path);

/** A network on which the first `times` answers of a kind stop after half of their body, and which heeds no signal. */
function stalling(isIt: (path: string) => boolean, times: number) {
  let count = 0;
  const stall = async (...[input, init]: Parameters<typeof fetch>): Promise<Response> => {
    const response = await fetch(input, init);
    const { method = 'GET' } = init ?? {};
    if (method !== 'GET' || !isIt(new URL(`${input}`).pathname) || count >= times) return response;
    count += 1;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const half = new ReadableStream({
      start: (controller) => controller.enqueue(bytes.subarray(0, bytes.length / 2)),
    });
    return new Response(half, { status: response.status, headers: response.headers });
  };
  return { fetch: stall, stalled: () => count };
}

function say(text: string): ModelRequest {
  return { messages: [{ role: 'user', parts: [{ type: 'text', text }] }] };
}

function ctx(more: Partial<CallContext>): CallContext {
  return { signal: AbortSignal.timeout(8_000), key: 'attempt/1', again: false, ...more };
}

function start(batches: NonNullable<MockScenario['batches']> = {}): Promise<MockService> {
  const reply = ({ lastText }: { readonly lastText: string }) => ({ text: `you said ${lastText}` });
  const scenario = { models: [{ id: 'm' }], rules: [{ name: 'echo', reply }], batches };
  return startMockService({ scenario });
}
