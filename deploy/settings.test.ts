import { describe, expect, it } from 'vitest';
import { databaseOf, readSettings } from './stack/settings.ts';

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
