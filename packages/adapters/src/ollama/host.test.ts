import { describe, expect, it } from 'vitest';
import { ollamaBase } from './host.ts';

describe('the address of Ollama', () => {
  it.each([
    [undefined, undefined, 'http://127.0.0.1:11434/api'],
    [undefined, '', 'http://127.0.0.1:11434/api'],
    [undefined, ':8000', 'http://127.0.0.1:8000/api'],
    [undefined, '0.0.0.0', 'http://127.0.0.1:11434/api'],
    [undefined, '0.0.0.0:8000', 'http://127.0.0.1:8000/api'],
    [undefined, 'gpu-box', 'http://gpu-box:11434/api'],
    [undefined, 'gpu-box:80', 'http://gpu-box/api'],
    [undefined, 'https://ollama.com', 'https://ollama.com/api'],
    ['http://127.0.0.1:11434/v1', ':1', 'http://127.0.0.1:11434/api'],
    ['http://127.0.0.1:11434/api/', undefined, 'http://127.0.0.1:11434/api'],
    ['http://proxy/ollama', undefined, 'http://proxy/ollama/api'],
    ['localhost:5000/ollama', undefined, 'http://localhost:5000/ollama/api'],
  ])('M3: %s, or OLLAMA_HOST=%s, is %s', (given, variable, base) => {
    expect(ollamaBase(given, variable)).toBe(base);
  });

  it('M3: is refused where it is none, or has a password in it', () => {
    expect(() => ollamaBase('ftp://box', undefined)).toThrow('is no http or https URL');
    expect(() => ollamaBase('http://me:secret@box', undefined)).toThrow(/name or password/);
  });
});
