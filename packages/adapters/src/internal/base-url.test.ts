import { describe, expect, it } from 'vitest';
import { readBaseUrl } from './base-url.ts';

describe('a base URL', () => {
  it.each([
    'http://ann:hunter22@host/v1',
    'ann:hunter22@host',
    'ftp://ann:hunter22@host',
    'http://ann:hun/hunter22@host',
  ])('M11: %j is refused for its password, without repeating it', (text) => {
    const message = expect.not.stringMatching(/ann|hunter22/);
    const refused = expect.objectContaining({ code: 'config.base-url', message });
    expect(() => readBaseUrl(text)).toThrow(refused);
  });

  it.each([
    ['http://127.0.0.1:1234', 'http://127.0.0.1:1234', '/v1', true],
    ['http://127.0.0.1:1234/', 'http://127.0.0.1:1234', '/v1', true],
    ['http://localhost:1234/v1/', 'http://localhost:1234', '/v1', true],
    ['https://api.groq.com/openai/v1', 'https://api.groq.com', '/openai/v1', false],
    ['http://192.168.1.5:8080', 'http://192.168.1.5:8080', '/v1', true],
    ['http://[::1]:8080', 'http://[::1]:8080', '/v1', true],
    ['https://10.example.com', 'https://10.example.com', '/v1', false],
    ['https://172.32.0.1', 'https://172.32.0.1', '/v1', false],
  ])('M3: %s is read', (text, origin, path, local) => {
    expect(readBaseUrl(text)).toEqual({ origin, path, local });
  });

  it.each(['', 'localhost:1234', 'ftp://x', '/v1'])('M3: %j is refused', (text) => {
    expect(() => readBaseUrl(text)).toThrow(expect.objectContaining({ code: 'config.base-url' }));
  });
});
