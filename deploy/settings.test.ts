import { mockFetch } from '@overseer/adapters/mock-llm';
import { generate } from '@overseer/core/plugin';
import { describe, expect, it } from 'vitest';
import { databaseOf, readSettings } from './stack/settings.ts';
import { stackModels } from './stack/stack-models.ts';

const least = {
  DATABASE_URL: 'postgres://u:sesame@h/d',
  OPENAI_API_BASE: 'http://ollama:11434/v1',
  OVERSEER_MODELS: 'mock',
};

describe('the settings of the stack', () => {
  it('X2: has no keys where the variables are left out or empty, as recipes pass them on', () => {
    const empty = {
      OVERSEER_KEYS: '',
      OVERSEER_KEY_FILE: ' ',
      OPENAI_API_KEY: '',
      OVERSEER_DATABASE_TLS: '',
    };
    for (const more of [{}, empty]) {
      const settings = readSettings({ ...least, ...more });
      expect(settings).toMatchObject({
        keys: undefined,
        apiKey: undefined,
        database: least.DATABASE_URL,
      });
      expect(databaseOf(settings)).toEqual({ connection: least.DATABASE_URL });
    }
  });

  it('X2: seals with the keys of the variable or of the file', () => {
    for (const more of [{ OVERSEER_KEYS: 'a:b' }, { OVERSEER_KEY_FILE: '/keys' }]) {
      const { encryption } = databaseOf(readSettings({ ...least, ...more }));
      expect(encryption?.keys).toBeTypeOf('function');
    }
  });

  it('M19: asks Ollama by its own API where that is said, and no prompt is longer than its window', async () => {
    const mock = mockFetch({ scenario: { models: [{ id: 'mock' }], rules: [] } });
    const signal = AbortSignal.timeout(5_000);
    const asked = async (more: object, words: number) => {
      const { mock: model } = stackModels(readSettings({ ...least, ...more }));
      const text = 'word '.repeat(words);
      const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text }] }];
      if (model === undefined) throw new Error('There is no model.');
      await generate(model, { messages }, { signal, fetch: mock.fetch });
      return mock.requests.at(-1);
    };
    expect(await asked({}, 1)).toMatchObject({ path: '/v1/chat/completions' });
    const told = { OVERSEER_SERVER: 'ollama', OVERSEER_CONTEXT_WINDOW: '8192' };
    const request = await asked(told, 1);
    expect(request).toMatchObject({
      path: '/api/chat',
      body: { truncate: false, options: { num_ctx: 8_192 } },
    });
    await expect(asked(told, 20_000)).rejects.toMatchObject({ kind: 'context-overflow' });
    const empty = { OVERSEER_SERVER: '', OVERSEER_CONTEXT_WINDOW: '' };
    expect(readSettings({ ...least, ...empty })).toMatchObject({
      server: 'openai-compatible',
      contextWindow: undefined,
    });
  });

  it.each([
    [{ OVERSEER_SERVER: 'olama' }, /OVERSEER_SERVER: /],
    [{ OVERSEER_CONTEXT_WINDOW: '8k' }, /OVERSEER_CONTEXT_WINDOW: /],
    [{ OVERSEER_CONTEXT_WINDOW: '0' }, /OVERSEER_CONTEXT_WINDOW: /],
  ])('M19: names a server or a window that is none: %j', (more, message) => {
    expect(() => readSettings({ ...least, ...more })).toThrow(message);
  });

  it.each([
    [{ OVERSEER_DATABASE_CA: '/a b/ca.crt' }, '?sslmode=verify-full&sslrootcert=%2Fa%20b%2Fca.crt'],
    [{ OVERSEER_DATABASE_TLS: 'on' }, '?sslmode=verify-full'],
    [{ OVERSEER_DATABASE_TLS: 'off' }, '?sslmode=disable'],
  ])('X2: how the server is known stands in the address, for the command too: %j', (more, end) => {
    expect(readSettings({ ...least, ...more }).database).toBe(`${least.DATABASE_URL}${end}`);
  });

  it.each([
    [{ OVERSEER_DATABASE_TLS: 'yes' }, /OVERSEER_DATABASE_TLS: /],
    [{ OVERSEER_DATABASE_TLS: 'off', OVERSEER_DATABASE_CA: '/ca' }, /has no use/],
    [
      { DATABASE_URL: `${least.DATABASE_URL}?sslmode=require`, OVERSEER_DATABASE_TLS: 'on' },
      /leave one out/,
    ],
  ])('X2: what contradicts itself is named, and no value shown: %j', (more, message) => {
    expect(() => readSettings({ ...least, ...more })).toThrow(message);
    expect(() => readSettings({ ...least, ...more })).not.toThrow(/sesame/);
  });
});
