import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { generate, ModelError } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { hideSecrets } from './hide-secrets.ts';

const KEY = 'company-key-0123456789';
const HEADER = 'header-secret-9876543210';
const REQUEST = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};

let status = 401;
/** Refuses everything, and repeats what it was sent as key. */
const server = createServer(({ headers }, response) => {
  const sent = String(headers.authorization ?? headers['x-api-key']);
  const said = `Incorrect API key provided: ${sent}, ${headers['x-auth']}`;
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': sent });
  response.end(JSON.stringify({ error: { message: said, code: sent, type: said } }));
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(() => vi.unstubAllEnvs());

const adapters: Readonly<Record<string, () => Model>> = {
  openai: () => openai('m', { ...given(), baseURL: `${url}/v1` }),
  anthropic: () => anthropic('m', { ...given(), baseURL: url }),
  'openai-compatible': () => openaiCompatible('m', { ...given(), baseURL: url }),
  lmstudio: () => lmstudio('m', { ...given(), baseURL: url }),
  'lmstudio without a list': () => lmstudio('m', { ...given(), baseURL: url, verify: false }),
};

function given() {
  return { apiKey: KEY, headers: { 'x-auth': `Token ${HEADER}` } };
}

function ctx(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(5_000) };
}

async function failure(call: Promise<unknown> | undefined): Promise<ModelError> {
  const error: unknown = await call?.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ModelError)) throw new Error(`no ModelError: ${String(error)}`);
  return error;
}

function everything(error: unknown): string {
  const whole = { depth: Infinity, showHidden: true, maxStringLength: null, maxArrayLength: null };
  const causes: string[] = [];
  for (let one = error; one instanceof Error; one = one.cause) {
    causes.push(one.message, String(one.stack), JSON.stringify(one));
  }
  return [inspect(error, whole), ...causes].join('\n');
}

describe.each(Object.entries(adapters))('%s, whose server repeats the key', (_, create) => {
  it.each([400, 401, 404, 500])('M11: keeps it out of a call that fails with %i', async (code) => {
    status = code;
    const error = await failure(generate(create(), REQUEST, ctx()));
    expect(error.message).toContain('[key]');
    expect(everything(error)).not.toMatch(/company-key|header-secret/);
    expect(error.status).toBe(code);
  });

  it('M11: keeps it out of a list that fails', async () => {
    status = 401;
    const error = await failure(create().list?.(ctx()));
    expect(error).toMatchObject({ kind: 'auth', status: 401 });
    expect(everything(error)).not.toMatch(/company-key|header-secret/);
  });
});

describe('secrets in errors', () => {
  it('M11: leaves an error alone that shows none, and words that equal a placeholder key', () => {
    const error = new ModelError('auth', 'ollama/m: no', { cause: new Error('ollama') });
    expect(hideSecrets(error, [KEY, 'ollama', ''])).toBe(error);
  });

  it('M11: hides a key that a sentence cuts off, and keeps the rest of the error', () => {
    const cause = Object.assign(new Error('bad'), { request: { authorization: KEY } });
    const error = new ModelError('rate-limit', `m: ${KEY.slice(0, 16)} (429); wait`, {
      cause,
      retryAfterMs: 7,
      status: 429,
      requestId: 'r',
      retryable: false,
    });
    const clean = hideSecrets(error, [KEY]);
    expect(clean).toMatchObject({ kind: 'rate-limit', retryAfterMs: 7, status: 429 });
    expect(clean).toMatchObject({ requestId: 'r', retryable: false, cause: { message: 'bad' } });
    expect(clean.message).toBe('m: [key] (429); wait');
    expect(everything(clean)).not.toContain('company-key');
  });

  it('M11: leaves no 12 characters of a beginning, and nothing of a whole key, in whatever form', () => {
    const key = fc.string({ unit: fc.constantFrom(...'abXYZ019-"'), minLength: 16, maxLength: 60 });
    fc.assert(
      fc.property(key, key, fc.nat(), fc.boolean(), (secret, other, cut, glued) => {
        const said = [
          secret.slice(0, Math.max(12, cut % secret.length)),
          Buffer.from(secret).toString('base64'),
          `Bearer ${secret}`,
          'and on',
        ].join(glued ? '' : ' ');
        const cause = new Error(said);
        const { message, cause: left } = hideSecrets(new ModelError('auth', said, { cause }), [
          other,
          secret,
        ]);
        for (const text of [message, (left as Error).message]) {
          expect(text).not.toContain(secret.slice(0, 12));
          expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 12));
          expect(text).toContain('and on');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('M11: long tokens cost a failed call next to nothing, shown or not', () => {
    const tokens = Array.from({ length: 16 }, () => randomBytes(1_125).toString('base64url'));
    const cause = new Error(`bad ${tokens[3]}`);
    const errors = [
      new ModelError('server', 'word '.repeat(4_000)),
      new ModelError('auth', `m: ${tokens[3]?.slice(0, 900)} is wrong`, { cause }),
    ];
    for (const error of errors) hideSecrets(error, tokens);
    const startedAt = process.cpuUsage();
    for (const error of errors) for (let nth = 0; nth < 5; nth++) hideSecrets(error, tokens);
    const { user, system } = process.cpuUsage(startedAt);
    // About 4 ms each; one replacement for each length of each beginning took 400.
    expect((user + system) / 10_000).toBeLessThan(60);
  });

  it.each(['openai', 'anthropic'] as const)(
    'M11: %s refuses a base URL with a password, given or in the environment',
    async (name) => {
      const baseURL = 'http://ann:hunter22@127.0.0.1:9/v1';
      const create = { openai, anthropic }[name];
      const message = expect.not.stringContaining('hunter22');
      const refused = expect.objectContaining({ code: 'config.base-url', message });
      expect(() => create('m', { apiKey: KEY, baseURL })).toThrow(refused);
      vi.stubEnv(`${name.toUpperCase()}_BASE_URL`, baseURL);
      const error = await failure(generate(create('m', { apiKey: KEY }), REQUEST, ctx()));
      expect(error.kind).toBe('invalid');
      expect(everything(error)).not.toContain('hunter22');
    },
  );
});
