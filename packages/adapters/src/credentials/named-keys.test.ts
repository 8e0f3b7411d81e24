import { inspect } from 'node:util';
import { generate, type ModelError } from '@overseer/core/plugin';
import type { Credentials, Model } from '@overseer/core/spec';
import { createFakeClock } from '@overseer/core/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { cohere } from '../cohere/index.ts';
import { google } from '../google/index.ts';
import { thrownBy } from '../internal/thrown-by.fixture.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { ollama } from '../ollama/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { fromCallback, fromEnv, keyring } from './index.ts';
import { startKeyServer } from './key-server.fixture.ts';

const ADAPTERS: readonly (readonly [string, (url: string, apiKey: Credentials) => Model])[] = [
  ['openai', (url, apiKey) => openai('m', { baseURL: `${url}/v1`, apiKey })],
  ['anthropic', (url, apiKey) => anthropic('m', { baseURL: url, apiKey })],
  ['openai-compatible', (url, apiKey) => openaiCompatible('m', { baseURL: url, apiKey })],
  ['lmstudio', (url, apiKey) => lmstudio('m', { baseURL: url, apiKey, verify: false })],
  ['google', (url, apiKey) => google('m', { baseURL: url, apiKey })],
  ['cohere', (url, apiKey) => cohere('m', { baseURL: url, apiKey })],
  ['ollama', (url, apiKey) => ollama('m', { baseURL: url, apiKey, verify: false })],
];

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};

const signal = new AbortController().signal;

function ask(model: Model, keyName?: string): ReturnType<typeof generate> {
  const ctx = { signal: AbortSignal.timeout(5_000) };
  return generate(model, REQUEST, keyName === undefined ? ctx : { ...ctx, keyName });
}

async function refusalOf(model: Model, keyName: string): Promise<ModelError> {
  return await ask(model, keyName).then(
    () => expect.unreachable('it was let in'),
    (error: ModelError) => error,
  );
}

afterEach(() => vi.unstubAllEnvs());

describe.each(ADAPTERS)('a key of %s that is asked for by its name', (_name, modelOf) => {
  it('M11 R10: is the one that goes out, and what comes of it is told as it is and kept to itself', async () => {
    await using server = await startKeyServer((key) =>
      key === 'token-of-b' ? { status: 429, headers: { 'retry-after': '30' } } : 'ok',
    );
    const ring = keyring({ a: 'token-of-a', b: 'token-of-b' });
    const model = modelOf(server.url, ring);
    expect(model.info).toMatchObject({ keyNames: ['a', 'b'], keyId: 'ring a | b' });
    for (const keyName of ['a', 'a', 'b', 'a']) {
      await ask(model, keyName).catch(() => undefined);
    }
    expect(server.keys.map((key) => key.slice(-1)).join('')).toBe('aaba');
    const refused = await refusalOf(model, 'b');
    // Another key is nothing that an adapter decides about.
    expect(refused).toMatchObject({ kind: 'rate-limit', otherKey: false, retryAfterMs: 30_000 });
    expect(inspect(refused, { depth: 12, showHidden: true })).not.toContain('token-of');
    expect(server.keys.at(-1)).toBe('token-of-b');
  });
});

describe('the keys of a ring by name', () => {
  it('M11: what an answer says of limits is told where it is known of which key', async () => {
    const headers = {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-reset-requests': '20s',
    };
    await using server = await startKeyServer(() => ({ status: 200, headers }));
    const apiKey = keyring({ a: 'token-of-a', b: 'token-of-b' });
    using model = openaiCompatible('m', { baseURL: server.url, apiKey });
    expect((await ask(model, 'a')).rate).toMatchObject({ requests: { limit: 1, remaining: 0 } });
    expect((await ask(model)).rate).toBeUndefined();
  });

  it('M11: are called as where they come from where the host names none', () => {
    const ring = keyring([fromEnv('KEY_A'), fromEnv('KEY_A'), 'token-of-c']);
    expect(ring.keyNames?.slice(0, 2)).toEqual(['$KEY_A', '$KEY_A 2']);
    expect(ring.keyNames?.[2]).toMatch(/^[0-9a-f]{16}$/);
    expect(ring.keyId).toBe(`ring ${ring.keyNames?.join(' | ')}`);
  });

  it('M11: one that nobody has is refused with the names that there are', async () => {
    const ring = keyring({ work: 'token-of-a', home: 'token-of-b' });
    await expect(ring.get({ signal, keyName: 'wrok' })).rejects.toMatchObject({
      kind: 'auth',
      message: 'the ring has no key "wrok", only "work", "home"; give it one of that name',
    });
  });

  it('M11: a refused one that its source replaces is asked for anew, under the same name', async () => {
    vi.stubEnv('WORK_KEY', 'stale-token-1');
    const ring = keyring({ work: fromEnv('WORK_KEY'), home: 'token-of-home' });
    await using server = await startKeyServer((key) => (key.startsWith('stale') ? 401 : 'ok'));
    using model = openaiCompatible('m', { baseURL: server.url, apiKey: ring });
    const first = await refusalOf(model, 'work');
    expect(first).toMatchObject({ kind: 'auth', otherKey: false, retryable: false });
    const stale = ask(model, 'work');
    vi.stubEnv('WORK_KEY', 'fresh-token-2');
    await expect(stale).rejects.toMatchObject({ kind: 'auth', otherKey: true, retryable: true });
    expect((await ask(model, 'work')).text).toBe('ok');
  });

  it('M11: refusals of named calls change nothing for calls that name none, and the other way round', async () => {
    const clock = createFakeClock();
    const ring = keyring({ a: 'token-of-a', b: 'token-of-b' }, { clock });
    const refused = { kind: 'refused', because: 'auth' } as const;
    const named = await ring.get({ signal, keyName: 'a' });
    expect(ring.settle?.(named, refused)).toBe(false);
    const any = await ring.get({ signal });
    expect(any.token).toBe('token-of-a');
    expect(ring.settle?.(any, refused)).toBe(true);
    expect((await ring.get({ signal })).token).toBe('token-of-b');
    expect((await ring.get({ signal, keyName: 'a' })).token).toBe('token-of-a');
  });

  it('M11: where one cannot be had the others are asked for all the same, and the error names the source alone', async () => {
    const broken = fromCallback(() => Promise.reject(new Error('vault said token-of-a')), {
      name: 'the vault',
    });
    await using server = await startKeyServer(() => 'ok');
    const apiKey = keyring({ a: broken, b: 'token-of-b' });
    using model = openaiCompatible('m', { baseURL: server.url, apiKey });
    const error = await refusalOf(model, 'a');
    expect(error).toMatchObject({ kind: 'network', retryable: true });
    expect(error.message).toContain('the vault');
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain('token-of-a');
    expect((await ask(model, 'b')).text).toBe('ok');
  });

  it.each([
    ['the key itself', { 'token-of-a': 'token-of-a' }],
    ['the key within it', { 'my token-of-a key': 'token-of-a' }],
    ['nothing', { '': 'token-of-a' }],
    ['a space at its end', { 'work ': 'token-of-a' }],
    ['a line break', { 'wo\nrk': 'token-of-a' }],
    ['more than 64 characters', { ['x'.repeat(65)]: 'token-of-a' }],
  ])('M11: a name that is %s is refused without saying it', (_what, sources) => {
    const error = thrownBy(() => keyring(sources));
    expect(error).toMatchObject({ code: 'config.keyring' });
    expect(String(error)).not.toContain('token-of-a');
  });
});
