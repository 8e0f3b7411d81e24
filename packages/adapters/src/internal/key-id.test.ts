import { describe, expect, it } from 'vitest';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { keyIdOf } from './key-id.ts';

describe('keyIdOf', () => {
  it('R10: is one for one key, another for another, and holds nothing of the key', () => {
    const id = keyIdOf({ apiKey: 'sk-secret-1' });
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(keyIdOf({ apiKey: 'sk-secret-1', variable: 'KEY' })).toBe(id);
    expect(keyIdOf({ apiKey: 'sk-secret-2' })).not.toBe(id);
    expect(keyIdOf({ variable: 'KEY' })).toBe('$KEY');
    expect(keyIdOf({})).toBe('no key');
    expect(keyIdOf({ apiKey: 'sk-secret-1', headers: { 'x-api-key': 'other' } })).toBeUndefined();
  });

  it('R10: models say whose key and which server they use, without the key', () => {
    using local = openaiCompatible('m', { baseURL: 'http://127.0.0.1:1234/v1', apiKey: 'sk-1' });
    expect(local.info).toMatchObject({
      server: 'http://127.0.0.1:1234',
      keyId: keyIdOf({ apiKey: 'sk-1' }),
    });
    expect(openai('m').info).toMatchObject({ keyId: '$OPENAI_API_KEY' });
    expect(openai('m').info.server).toBe('https://api.openai.com');
    expect(openai('m', { apiKey: 'k', baseURL: 'https://h.example/v1' }).info.server).toBe(
      'https://h.example',
    );
    expect(JSON.stringify(local.info)).not.toContain('sk-1');
  });
});
