import { describe, expect, it } from 'vitest';
import type { Login } from './logins.ts';
import { sourcesOf } from './model-sources.ts';

const NOTHING = { model: [], baseUrl: undefined };

function login(provider: string, address: string): Login {
  return { provider, address, issuer: 'https://a', clientId: 'c', scopes: [], flow: 'device' };
}

describe('what overseer models looks at', () => {
  it('M3: LM Studio by itself, and every provider whose key is there', () => {
    expect(sourcesOf(NOTHING, {}, [])).toEqual(['lmstudio:default']);
    const env = {
      OPENAI_API_KEY: 'k',
      ANTHROPIC_API_KEY: 'k',
      GEMINI_API_KEY: 'k',
      COHERE_API_KEY: 'k',
      OLLAMA_HOST: 'http://127.0.0.1:1',
    };
    expect(sourcesOf(NOTHING, env, [])).toEqual(
      ['lmstudio', 'ollama', 'openai', 'anthropic', 'google', 'cohere'].map(
        (one) => `${one}:default`,
      ),
    );
    expect(sourcesOf(NOTHING, { GOOGLE_API_KEY: 'k', CO_API_KEY: '' }, [])).toEqual([
      'lmstudio:default',
      'google:default',
    ]);
  });

  it.each(['OPENAI_BASE_URL', 'OPENAI_API_BASE'])(
    'M3: a server in %s, and not OpenAI with its key',
    (variable) => {
      const env = { [variable]: 'http://127.0.0.1:1/v1', OPENAI_API_KEY: 'k' };
      expect(sourcesOf(NOTHING, env, [])).toEqual(['lmstudio:default', 'server:default']);
    },
  );

  it('M3 M11: a provider that somebody is signed in at, where that is still where it is', () => {
    const logins = [login('google', 'Google'), login('openai', 'OpenAI')];
    expect(sourcesOf(NOTHING, {}, logins)).toEqual([
      'lmstudio:default',
      'openai:default',
      'google:default',
    ]);
    const moved = { GOOGLE_GEMINI_BASE_URL: 'https://elsewhere', OPENAI_BASE_URL: 'https://other' };
    expect(sourcesOf(NOTHING, moved, logins)).toEqual(['lmstudio:default', 'server:default']);
  });

  it('M3: what flags name, and nothing else', () => {
    const env = { GEMINI_API_KEY: 'k' };
    expect(sourcesOf({ model: ['ollama:a'], baseUrl: undefined }, env, [])).toEqual(['ollama:a']);
    expect(sourcesOf({ model: [], baseUrl: 'http://x' }, env, [])).toEqual(['server:default']);
  });
});
