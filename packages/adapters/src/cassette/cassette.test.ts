import { getEventListeners } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelError } from '@overseer/core/plugin';
import type { Model, ModelEvent } from '@overseer/core/spec';
import { createFakeClock } from '@overseer/core/testing';
import { Ollama } from 'ollama';
import { afterAll, describe, expect, it } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { cohere } from '../cohere/index.ts';
import { google } from '../google/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { startMockService } from '../mock-llm/index.ts';
import { ollama } from '../ollama/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { readCassette, recordCassette, replayCassette } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cassette-'));
const service = await startMockService();
const KEY = 'sk-canary-0123456789';
const NOWHERE = 'http://127.0.0.1:9';
let files = 0;

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await service.close();
});

const adapters: Readonly<Record<string, (name: string, url: string) => Model>> = {
  openai: (name, url) => openai(name, { apiKey: KEY, baseURL: `${url}/v1` }),
  'openai responses': (name, url) =>
    openai(name, { apiKey: KEY, baseURL: `${url}/v1`, api: 'responses' }),
  anthropic: (name, url) => anthropic(name, { apiKey: KEY, baseURL: url }),
  'openai-compatible': (name, url) => openaiCompatible(name, { apiKey: KEY, baseURL: url }),
  lmstudio: (name, url) => lmstudio(name, { apiKey: KEY, baseURL: url, verify: false }),
  google: (name, url) => google(name, { apiKey: KEY, baseURL: url }),
  cohere: (name, url) => cohere(name, { apiKey: KEY, baseURL: url }),
  ollama: (name, url) => ollama(name, { baseURL: url, verify: false }),
};
const MODELS = ['m', 'm-tool', 'm-think', 'midstream', 'cut', 'trunc', 'malformed', 'err-429-2'];

describe.each(Object.entries(adapters))('a cassette of the %s adapter', (_, create) => {
  it('M17 Q1: replays answers, refusals and cuts as they were, from another place and without the server', async () => {
    const file = newFile();
    const recorded: unknown[] = [];
    using recorder = recordCassette(file);
    for (const name of MODELS) recorded.push(await ask(create(name, service.url), recorder.fetch));
    const player = replayCassette(file);
    const replayed: unknown[] = [];
    for (const name of MODELS) replayed.push(await ask(create(name, NOWHERE), player.fetch));
    expect(replayed).toEqual(recorded);
    expect(player.left).toBe(0);
    player.check();
    expect(readFileSync(file, 'utf8')).not.toContain('canary');
  });
});

describe('a cassette', () => {
  it('M17: replays to the SDK of a provider', async () => {
    const file = newFile();
    using recorder = recordCassette(file);
    const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
    const asked = await new Ollama({ host: service.url, fetch: recorder.fetch }).chat(body);
    const { fetch } = replayCassette(file);
    expect(await new Ollama({ host: NOWHERE, fetch }).chat(body)).toEqual(asked);
  });

  it('M11 M17: has no key and no personal header in it, wherever a server repeats them', async () => {
    const file = newFile();
    const secret = 'canary "quoted" é';
    using recorder = recordCassette(file, { fetch: echo, secrets: [secret] });
    const headers = {
      authorization: `Bearer ${KEY}`,
      'x-goog-api-key': 'goog-canary-77777',
      cookie: 'session=canary-cookie-1',
      'x-user': 'canary@example.org',
    };
    const url = `http://127.0.0.1/v1/echo?key=query-canary-1234&limit=5`;
    const body = JSON.stringify({ secret, key: KEY });
    const response = await recorder.fetch(url, { method: 'POST', headers, body });
    expect(await response.text()).toContain(KEY);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toMatch(/canary/i);
    expect(text).not.toContain(Buffer.from(KEY).toString('base64'));
    const [exchange] = readCassette(file);
    expect(exchange?.request.path).toBe('/v1/echo?limit=5');
    expect(exchange?.answer).toMatchObject({ kind: 'answered', status: 401 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('M17 X3: that is written over is for nobody else from then on', () => {
    const file = newFile();
    writeFileSync(file, 'old', { mode: 0o644 });
    recordCassette(file, { overwrite: true })[Symbol.dispose]();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain('old');
  });

  it('M17 Q1: lets go of a signal that many calls share with each call that is over', async () => {
    const { signal } = new AbortController();
    using recorder = recordCassette(newFile());
    const body = JSON.stringify({ ...CHAT, model: 'm' });
    for (const model of ['m', 'cut']) {
      const url = `${service.url}/v1/chat/completions`;
      const init = { method: 'POST', body: body.replace('"m"', `"${model}"`), signal };
      const response = await recorder.fetch(url, init);
      await response.text().catch(() => undefined);
    }
    // What is called so is of `fetch` itself, which lets go of it with its request.
    const ours = getEventListeners(signal, 'abort').filter(({ name }) => name !== 'abort');
    expect(ours).toEqual([]);
  });

  it('M17: keeps the pieces, also inside a character, and their times', async () => {
    const file = newFile();
    const clock = createFakeClock(0);
    const bytes = Buffer.from('héllo');
    const pieces = [bytes.subarray(0, 2), bytes.subarray(2)];
    const fetch = async () => {
      clock.advance(7);
      return new Response(
        new ReadableStream<Uint8Array>(
          {
            pull(controller) {
              clock.advance(40);
              const piece = pieces.shift();
              if (piece === undefined) controller.close();
              else controller.enqueue(piece);
            },
          },
          { highWaterMark: 0 },
        ),
      );
    };
    using recorder = recordCassette(file, { fetch, clock });
    await (await recorder.fetch('http://a/b')).arrayBuffer();
    const [exchange] = readCassette(file);
    expect(exchange?.answer).toMatchObject({
      afterMs: 7,
      chunks: [{ afterMs: 40, base64: bytes.subarray(0, 2).toString('base64') }, { afterMs: 40 }],
    });
    const player = replayCassette(file, { pace: 'recorded', clock });
    const opening = player.fetch('http://elsewhere/b');
    await settle();
    clock.advance(7);
    const reader = (await opening).body?.getReader();
    let heard = 0;
    const first = reader?.read().then(({ value }) => {
      heard = value?.length ?? 0;
    });
    await settle();
    clock.advance(39);
    await settle();
    expect(heard).toBe(0);
    clock.advance(1);
    await first;
    expect(heard).toBe(2);
    await reader?.cancel();
  });

  it('M17: gives a failure of the network and a client that left again', async () => {
    const file = newFile();
    using recorder = recordCassette(file);
    await expect(recorder.fetch(`${NOWHERE}/x`)).rejects.toThrow('fetch failed');
    const leave = new AbortController();
    const stall = { method: 'POST', body: JSON.stringify({ ...CHAT, model: 'stall' }) };
    const left = await recorder.fetch(`${service.url}/v1/chat/completions`, {
      ...stall,
      signal: leave.signal,
    });
    await left.body?.getReader().read();
    leave.abort();
    await expect.poll(() => recorder.recorded).toBe(2);
    const { fetch } = replayCassette(file);
    const failure = await fetch('http://other/x').catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'fetch failed', cause: { message: /bad port/ } });
    const again = new AbortController();
    const response = await fetch('http://other/v1/chat/completions', {
      ...stall,
      signal: again.signal,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    const waiting = reader?.read();
    again.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('M17: refuses what was not recorded, says what differs from the nearest, and does not forget it', async () => {
    const file = await chatCassette();
    const player = replayCassette(file);
    const model = openaiCompatible('m', { baseURL: NOWHERE });
    const request = {
      messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'ho' }] }],
    };
    const error = await drain(model, player.fetch, request).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ kind: 'unsupported', retryable: false });
    expect(String(error)).toContain('body.messages.0.content: recorded "hi", asked "ho"');
    expect(() => player.check()).toThrowError(
      expect.objectContaining({ code: 'config.cassette-unrecorded' }),
    );
  });

  it('M17: gives each exchange once unless it may repeat, and ignores the fields that it is told', async () => {
    const file = await chatCassette();
    const once = replayCassette(file);
    expect((await post(once.fetch, CHAT)).status).toBe(200);
    const second = await post(once.fetch, CHAT);
    expect(second.status).toBe(501);
    expect(await second.text()).toContain('was given already');
    const lenient = replayCassette(file, { repeat: true, ignore: ['user', 'messages.*.content'] });
    for (const content of ['a', 'b']) {
      const body = { ...CHAT, user: content, messages: [{ role: 'user', content }] };
      expect((await post(lenient.fetch, body)).status).toBe(200);
    }
    const other = replayCassette(file, { otherwise: async () => new Response('other') });
    expect(await (await post(other.fetch, { ...CHAT, model: 'x' })).text()).toBe('other');
  });

  it.each([
    ['', 'line 1 that is no JSON'],
    ['{"a":1}', 'names no format'],
    ['{"format":"overseer-cassette/9"}', 'this version reads overseer-cassette/1'],
    ['{"format":"overseer-cassette/1"}\n{"n":0}', 'line 2 that is no exchange at n'],
    ['{"format":"overseer-cassette/1"}\n{', 'line 2 that is no JSON'],
  ])('M17: says why %j is none', (text, why) => {
    const file = newFile();
    writeFileSync(file, text);
    expect(() => replayCassette(file)).toThrowError(why);
    expect(() => recordCassette(file)).toThrowError('is there already');
    expect(() => readCassette(`${file}.absent`)).toThrowError('cannot be read');
  });
});

const CHAT = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };

function newFile(): string {
  return join(folder, `${++files}.jsonl`);
}

async function chatCassette(): Promise<string> {
  const file = newFile();
  using recorder = recordCassette(file);
  const url = `${service.url}/v1/chat/completions`;
  await (await recorder.fetch(url, { method: 'POST', body: JSON.stringify(CHAT) })).text();
  return file;
}

function post(fetch: typeof globalThis.fetch, body: object): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(body) };
  return fetch('http://nowhere/v1/chat/completions', init);
}

const HI = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};

async function drain(
  model: Model,
  fetch: typeof globalThis.fetch,
  request: Parameters<Model['stream']>[0],
) {
  const events: ModelEvent[] = [];
  const { signal } = new AbortController();
  for await (const event of model.stream(request, { signal, fetch })) events.push(event);
  return events;
}

/** Everything that a model says, and what it fails with. */
async function ask(model: Model, fetch: typeof globalThis.fetch): Promise<unknown> {
  const events: ModelEvent[] = [];
  try {
    const { signal } = new AbortController();
    for await (const event of model.stream(HI, { signal, fetch })) events.push(timeless(event));
    return { events };
  } catch (error) {
    const { kind, retryable, status, message, retryAfterMs } = error as ModelError;
    return { events, kind, retryable, status, message, retryAfterMs };
  }
}

/** Resets are told in a span, so that their moments move on. */
function timeless(event: ModelEvent): ModelEvent {
  if (event.type !== 'meta' || event.rate?.requests === undefined) return event;
  return { ...event, rate: { requests: { ...event.rate.requests, resetAt: 0 } } };
}

/** Lets everything that waits on promises go on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Refuses every request and repeats all that it was sent, in two pieces whose border is inside the key. */
const echo: typeof fetch = async (input, init) => {
  const sent = new Request(input, init);
  const base64 = Buffer.from(KEY).toString('base64');
  const all = `${sent.url} ${JSON.stringify([...sent.headers])} ${await sent.text()} ${base64}`;
  const border = all.indexOf(KEY) + 5;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.from(all.slice(0, border)));
      controller.enqueue(Buffer.from(all.slice(border)));
      controller.close();
    },
  });
  return new Response(body, {
    status: 401,
    headers: { 'set-cookie': 'id=canary', 'x-org': 'canary' },
  });
};
