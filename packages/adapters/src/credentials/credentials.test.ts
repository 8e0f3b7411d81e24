import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { generate, type ModelError } from '@overseer/core/plugin';
import type { Credentials, Model } from '@overseer/core/spec';
import { createFakeClock } from '@overseer/core/testing';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { cohere } from '../cohere/index.ts';
import { google } from '../google/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { ollama } from '../ollama/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { fromCallback, fromEnv, fromFile, keyring } from './index.ts';
import { type KeyServer, startKeyServer } from './key-server.fixture.ts';

const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};

const ADAPTERS: readonly (readonly [string, (url: string, apiKey: Credentials) => Model])[] = [
  ['openai', (url, apiKey) => openai('m', { baseURL: `${url}/v1`, apiKey })],
  ['anthropic', (url, apiKey) => anthropic('m', { baseURL: url, apiKey })],
  ['openai-compatible', (url, apiKey) => openaiCompatible('m', { baseURL: url, apiKey })],
  ['lmstudio', (url, apiKey) => lmstudio('m', { baseURL: url, apiKey, verify: false })],
  ['google', (url, apiKey) => google('m', { baseURL: url, apiKey })],
  ['cohere', (url, apiKey) => cohere('m', { baseURL: url, apiKey })],
  ['ollama', (url, apiKey) => ollama('m', { baseURL: url, apiKey, verify: false })],
];

const signal = new AbortController().signal;

function ask(model: Model): ReturnType<typeof generate> {
  return generate(model, REQUEST, { signal: AbortSignal.timeout(5_000) });
}

async function refusalOf(model: Model): Promise<ModelError> {
  return await ask(model).then(
    () => expect.unreachable('it was let in'),
    (error: ModelError) => error,
  );
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'keys-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

afterEach(() => vi.unstubAllEnvs());

describe.each(ADAPTERS)('keys of %s over HTTP', (_name, modelOf) => {
  it('M11: a variable, a file and a function that change are used from the next call on', async () => {
    await using server = await startKeyServer(() => 'ok');
    vi.stubEnv('SOME_KEY', 'env-key-1');
    const path = join(await folder(), 'key');
    await writeFile(path, 'file-key-1\n', { mode: 0o600 });
    let given = 'given-key-1';
    const sources = [
      fromEnv('OTHER_KEY', 'SOME_KEY'),
      fromFile(path),
      fromCallback(() => ({ token: given, expiresAt: 1 })),
    ];
    const models = sources.map((source) => modelOf(server.url, source));
    for (const model of models) await ask(model);
    vi.stubEnv('SOME_KEY', 'env-key-2');
    await writeFile(path, '{"api_key":"file-key-2"}');
    given = 'given-key-2';
    for (const model of models) await ask(model);
    expect(server.keys).toEqual([
      ...['env-key-1', 'file-key-1', 'given-key-1'],
      ...['env-key-2', 'file-key-2', 'given-key-2'],
    ]);
  });

  it('M11: a refused key is asked for anew once, with one request a call, and told in no error', async () => {
    await using server: KeyServer = await startKeyServer((key) =>
      key === 'good-key-3' ? 'ok' : 401,
    );
    const refused: (string | undefined)[] = [];
    let nth = 0;
    const model = modelOf(
      server.url,
      fromCallback((ctx) => {
        refused.push(ctx.refused);
        return ['stale-key-1', 'stale-key-2', 'good-key-3'][nth++] ?? 'none';
      }),
    );
    const first = await refusalOf(model);
    expect(first).toMatchObject({ kind: 'auth', otherKey: true, retryable: true, status: 401 });
    expect(first.message).toContain('The next call goes out with another key of a function');
    const second = await refusalOf(model);
    expect(second).toMatchObject({ kind: 'auth', otherKey: false, retryable: false });
    expect((await ask(model)).text).toBe('ok');
    expect(server.keys).toEqual(['stale-key-1', 'stale-key-2', 'good-key-3']);
    expect(refused).toEqual([undefined, 'stale-key-1', 'stale-key-2']);
    for (const error of [first, second]) {
      expect(inspect(error, { depth: 12, showHidden: true })).not.toContain('stale-key');
    }
  });

  it('M11 R10: of several keys a refused and an exhausted one step aside, each by itself', async () => {
    const clock = createFakeClock(Date.now());
    const slow = { status: 429, headers: { 'retry-after': '30' } };
    let isMended = false;
    await using server = await startKeyServer((key) => {
      if (key === 'ring-key-a') return isMended ? 'ok' : 401;
      return key === 'ring-key-b' && !isMended ? slow : 'ok';
    });
    const ring = keyring(['ring-key-a', 'ring-key-b', 'ring-key-c'], { clock });
    const model = modelOf(server.url, ring);
    expect(await refusalOf(model)).toMatchObject({ kind: 'auth', otherKey: true });
    const limited = await refusalOf(model);
    expect(limited).toMatchObject({ kind: 'rate-limit', otherKey: true });
    expect(limited.retryAfterMs).toBeUndefined();
    await ask(model);
    await ask(model);
    expect(server.keys.slice(-2)).toEqual(['ring-key-c', 'ring-key-c']);
    isMended = true;
    clock.advance(31_000);
    await ask(model);
    await ask(model);
    expect(new Set(server.keys.slice(-2))).toEqual(new Set(['ring-key-b', 'ring-key-c']));
    clock.advance(31_000);
    for (let call = 0; call < 3; call++) await ask(model);
    expect(new Set(server.keys.slice(-3))).toEqual(
      new Set(['ring-key-a', 'ring-key-b', 'ring-key-c']),
    );
  });
});

describe('a variable of a provider or preset', () => {
  it.each<readonly [string, string, (url: string) => Model]>([
    ['GOOGLE_API_KEY', 'google', (url) => google('m', { baseURL: url })],
    ['CO_API_KEY', 'cohere', (url) => cohere('m', { baseURL: url })],
    ['LM_API_TOKEN', 'lmstudio', (url) => lmstudio('m', { baseURL: url, verify: false })],
    ['GROQ_API_KEY', 'groq', (url) => openaiCompatible('m', { preset: 'groq', baseURL: url })],
  ])('M11: %s of %s changes from one call to the next', async (variable, _name, modelOf) => {
    await using server = await startKeyServer(() => 'ok');
    vi.stubEnv(variable, 'env-key-1');
    const model = modelOf(server.url);
    await ask(model);
    vi.stubEnv(variable, 'env-key-2');
    await ask(model);
    expect(server.keys).toEqual(['env-key-1', 'env-key-2']);
  });

  it.each<readonly [string, (url: string) => Model]>([
    ['LM_API_TOKEN', (url) => lmstudio('m', { baseURL: url, verify: false })],
    ['GROQ_API_KEY', (url) => openaiCompatible('m', { preset: 'groq', baseURL: url })],
  ])(
    'M11: %s is seen where it is set after the model was made, and gone',
    async (variable, modelOf) => {
      await using server = await startKeyServer(() => 'ok');
      vi.stubEnv(variable, '');
      const model = modelOf(server.url);
      for (const key of ['', 'late-key-1', ' ']) {
        vi.stubEnv(variable, key);
        await ask(model);
      }
      expect(server.keys).toEqual(['', 'late-key-1', '']);
    },
  );

  it('M11: an access token for Google goes out as one, a key in the header for keys', async () => {
    await using server = await startKeyServer(() => 'ok');
    for (const bearer of [undefined, true] as const) {
      const given = { token: 'token-of-ada', ...(bearer === undefined ? {} : { bearer }) };
      await ask(google('m', { baseURL: server.url, apiKey: fromCallback(() => given) }));
    }
    expect(server.headers).toEqual(['x-goog-api-key', 'authorization']);
  });
});

describe('a ring of keys', () => {
  it('M11: a key whose answer says that nothing is left rests until its reset', async () => {
    const clock = createFakeClock(Date.now());
    const empty = {
      status: 200,
      headers: {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-limit-requests': '1',
        'x-ratelimit-reset-requests': '20s',
      },
    };
    await using server = await startKeyServer(() => empty);
    const ring = keyring(['limit-key-1', 'limit-key-2'], {
      clock,
    });
    using model = openaiCompatible('m', { baseURL: server.url, apiKey: ring });
    expect((await ask(model)).rate).toBeUndefined();
    await ask(model);
    const none = await refusalOf(model);
    expect(none).toMatchObject({ kind: 'rate-limit', retryable: true });
    expect(none.retryAfterMs).toBeGreaterThan(15_000);
    expect(server.keys).toEqual(['limit-key-1', 'limit-key-2']);
    clock.advance(21_000);
    await ask(model);
  });

  it('M11 R10: a key that is set aside stays so when an older call with it is let in after all', async () => {
    const clock = createFakeClock();
    const ring = keyring(['ring-key-a', 'ring-key-b'], { clock });
    const ask = { signal: AbortSignal.timeout(5_000) };
    const first = await ring.get(ask);
    await ring.get(ask);
    const second = await ring.get(ask);
    expect(second.token).toBe(first.token);
    const refused = { kind: 'refused', because: 'rate-limit' } as const;
    ring.settle?.(second, { ...refused, untilAt: clock.now() + 60_000 });
    ring.settle?.(first, { kind: 'accepted' });
    for (let call = 0; call < 3; call++) {
      expect((await ring.get(ask)).token).toBe('ring-key-b');
    }
    clock.advance(60_000);
    const taken = [await ring.get(ask), await ring.get(ask)];
    const after = taken.find(({ token }) => token === first.token);
    if (after !== undefined) ring.settle?.(after, { kind: 'accepted' });
    // What it is let in with after that counts again.
    const later = [await ring.get(ask), await ring.get(ask)].map(({ token }) => token);
    expect(later.toSorted()).toEqual(['ring-key-a', 'ring-key-b']);
  });

  it('M11 R10: a key that many calls under way are refused with rests no longer than for one', async () => {
    const clock = createFakeClock();
    const ring = keyring(['ring-key-a'], { clock });
    const ask = { signal: AbortSignal.timeout(5_000) };
    const lent = await Promise.all(Array.from({ length: 10 }, () => ring.get(ask)));
    for (const one of lent) ring.settle?.(one, { kind: 'refused', because: 'rate-limit' });
    clock.advance(1_000);
    expect((await ring.get(ask)).token).toBe('ring-key-a');
  });

  it('M11: says when all keys are refused, and does not call', async () => {
    await using server = await startKeyServer(() => 403);
    const ring = keyring(['dead-key-1', 'dead-key-2']);
    using model = openaiCompatible('m', { baseURL: server.url, apiKey: ring });
    for (let call = 0; call < 2; call++) await refusalOf(model);
    const error = await refusalOf(model);
    expect(error).toMatchObject({ kind: 'auth', retryable: false });
    expect(error.message).toContain('all 2 keys of the ring are refused');
    expect(server.keys.length).toBe(2);
  });

  it('M11: refuses a ring without keys', () => {
    expect(() => keyring([] as never)).toThrow(expect.objectContaining({ code: 'config.keyring' }));
  });
});

describe('a file with a key', () => {
  it('M11: is refused where others may read it, with the command to run', async () => {
    const path = join(await folder(), 'key');
    await writeFile(path, 'k-1234567890', { mode: 0o640 });
    await chmod(path, 0o640);
    await expect(fromFile(path).get({ signal })).rejects.toMatchObject({
      code: 'credentials.file',
      message: expect.stringContaining(`chmod 600 '${path}'`),
    });
  });

  it.each([
    ['{"apiKey":', 'is no JSON'],
    ['{"other":"secret-value-1"}', 'has no text under apiKey'],
    ['', 'is empty'],
    ['secret-value-1\nsecret-value-2', 'more than one key'],
    ['x'.repeat(70_000), 'too large'],
  ])('M11: says what is wrong with %j, and nothing of what it holds', async (text, what) => {
    const path = join(await folder(), 'key');
    await writeFile(path, text, { mode: 0o600 });
    const error: Error = await fromFile(path)
      .get({ signal })
      .then(
        () => expect.unreachable('it was read'),
        (thrown: Error) => thrown,
      );
    expect(error).toMatchObject({ code: 'credentials.file' });
    expect(error.message).toContain(what);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret-value');
  });

  it('M11: that is missing says where it has to be', async () => {
    await expect(fromFile('/nowhere/key').get({ signal })).rejects.toMatchObject({
      code: 'credentials.missing',
      message: expect.stringContaining('/nowhere/key'),
    });
  });
});

describe('a function that gives a key', () => {
  it('M11: is asked once for all who wait, and again shortly before the key expires', async () => {
    const clock = createFakeClock();
    let asked = 0;
    const source = fromCallback(
      async () => {
        asked += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { token: `token-${asked}`, expiresAt: clock.now() + 100_000 };
      },
      { clock },
    );
    const all = await Promise.all(Array.from({ length: 50 }, () => source.get({ signal })));
    expect(new Set(all.map(({ token }) => token))).toEqual(new Set(['token-1']));
    clock.advance(89_000);
    expect((await source.get({ signal })).token).toBe('token-1');
    clock.advance(2_000);
    expect((await source.get({ signal })).token).toBe('token-2');
  });

  it('M11: that fails, gives none or takes too long is told of without its words, and asked again', async () => {
    const answers: (() => string | Promise<string>)[] = [
      () => Promise.reject(new Error('vault said secret-value-9')),
      () => 'two words',
      () => new Promise(() => undefined),
      () => 'fine-key-123',
    ];
    const source = fromCallback(() => answers.shift()?.() ?? '', {
      name: 'the vault',
      timeoutMs: 20,
    });
    for (const what of ['failed (Error)', 'gave no key', 'in time']) {
      const error = await source.get({ signal }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'credentials.callback', retryable: true });
      expect(inspect(error, { depth: 9 })).toContain(what);
      expect(inspect(error, { depth: 9 })).not.toContain('secret-value');
    }
    expect((await source.get({ signal })).token).toBe('fine-key-123');
  });

  it('M11: lets go of a call that gives up', async () => {
    const controller = new AbortController();
    const source = fromCallback(() => new Promise<string>(() => undefined));
    const waiting = source.get({ signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
  });
});
