import { describe, expect, it } from 'vitest';
import type { Environment } from './environment.ts';
import { addressOf, isSentAsItIs, modelsOf, placeOfProvider } from './model-flags.ts';

const KEYS: Environment = { OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' };
const SERVER = 'http://127.0.0.1:8080/v1';

/** `provider/id` of every model, and where it is looked for. */
function found(model: readonly string[], env: Environment, baseUrl?: string): readonly string[] {
  const flags = { model, baseUrl };
  return modelsOf(flags, env).map(
    (one) => `${one.info.provider}/${one.info.id} at ${addressOf(one, flags, env)}`,
  );
}

describe('isSentAsItIs', () => {
  it('M4: a name with its provider is, and so is none; a plain one, or one with a tag, is not', () => {
    expect(['server:x', 'openai:y', undefined].map(isSentAsItIs)).toEqual([true, true, true]);
    expect(['x', 'qwen3:8b'].map(isSentAsItIs)).toEqual([false, false]);
  });
});

describe('placeOfProvider', () => {
  it('M11: is where the client of OpenAI goes, which reads its own variable first', () => {
    const env = {
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
      OPENAI_API_BASE: 'http://127.0.0.1:2/v1',
    };
    expect(placeOfProvider('openai', undefined, env)).toBe('http://127.0.0.1:1/v1');
  });
});

describe('modelsOf', () => {
  it('M6 A6: without any word it is whatever LM Studio has, or what its variable names', () => {
    expect(found([], {})).toEqual(['lmstudio/default at http://127.0.0.1:1234/v1']);
    expect(found([], { LM_STUDIO_MODEL: 'qwen3-8b' })).toEqual([
      'lmstudio/qwen3-8b at http://127.0.0.1:1234/v1',
    ]);
    expect(found([], { LM_STUDIO_MODEL: '' })[0]).toMatch(/^lmstudio\/default/);
  });

  it('M3 M4 M5 M6: a provider that is said goes before what a name looks like', () => {
    const names = ['anthropic:x', 'openai:y', 'lmstudio:gpt-9', 'server:claude'];
    expect(found(names, KEYS).map((place) => place.split(' ')[0])).toEqual([
      'anthropic/x',
      'openai/y',
      'lmstudio/gpt-9',
      'openai-compatible/claude',
    ]);
  });

  it('M3 M6: a model in Ollama is asked there, and not at a server of another kind', () => {
    const env = { ...KEYS, OPENAI_API_BASE: SERVER };
    expect(found(['ollama:qwen3:8b'], env)).toEqual(['ollama/qwen3:8b at http://127.0.0.1:11434']);
    expect(found(['ollama:qwen3'], { OLLAMA_HOST: 'gpu-box' })).toEqual([
      'ollama/qwen3 at gpu-box',
    ]);
    const there = { OPENAI_API_BASE: SERVER, LM_STUDIO_BASE_URL: 'http://gpu-box:1234/v1' };
    expect(found(['lmstudio:qwen3'], there)).toEqual(['lmstudio/qwen3 at http://gpu-box:1234/v1']);
  });

  it('M3 M4 M5: without a provider the name tells', () => {
    const names = ['claude-sonnet-4-5', 'gpt-5-mini', 'o3', 'gpt-oss-20b', 'qwen3:8b', 'a/b:c'];
    expect(found(names, KEYS)).toEqual([
      'anthropic/claude-sonnet-4-5 at Anthropic',
      'openai/gpt-5-mini at OpenAI',
      'openai/o3 at OpenAI',
      ...['gpt-oss-20b', 'qwen3:8b', 'a/b:c'].map(
        (id) => `lmstudio/${id} at http://127.0.0.1:1234/v1`,
      ),
    ]);
  });

  it('M3 M6 X5: Google and Cohere are asked where their own variables say, and no base URL is theirs', () => {
    const env = { GEMINI_API_KEY: 'k', CO_API_KEY: 'k' };
    expect(found(['gemini-3.5-flash', 'google:gemma-4', 'cohere:command-a'], env)).toEqual([
      'google/gemini-3.5-flash at Google',
      'google/gemma-4 at Google',
      'cohere/command-a at Cohere',
    ]);
    const there = { ...env, CO_API_URL: SERVER };
    expect(found(['google:x', 'cohere:y', 'gemini-x'], there, 'http://10.0.0.1/v1')).toEqual([
      'google/x at Google',
      `cohere/y at ${SERVER}`,
      'openai-compatible/gemini-x at http://10.0.0.1/v1',
    ]);
  });

  it('M6: a base URL makes a name a server, by flag before variable', () => {
    const env = { ...KEYS, OPENAI_API_BASE: 'http://10.0.0.1/v1' };
    expect(found(['gpt-5'], env, SERVER)).toEqual([`openai-compatible/gpt-5 at ${SERVER}`]);
    expect(found(['gpt-5'], env)).toEqual(['openai-compatible/gpt-5 at http://10.0.0.1/v1']);
    expect(found(['openai:gpt-5'], env)).toEqual(['openai/gpt-5 at http://10.0.0.1/v1']);
    expect(found(['gpt-5'], { ...KEYS, OPENAI_API_BASE: '' })[0]).toBe('openai/gpt-5 at OpenAI');
  });

  it("M5 X5: a base URL is never Anthropic's, so that its key does not go to another server", () => {
    const env = { ...KEYS, OPENAI_API_BASE: SERVER };
    expect(found(['claude-x', 'm'], env, SERVER)).toEqual([
      'anthropic/claude-x at Anthropic',
      `openai-compatible/m at ${SERVER}`,
    ]);
  });

  it.each<readonly [string, string, Environment, string | undefined, RegExp]>([
    ['config.unknown-provider', 'antropic:x', KEYS, undefined, /did you mean "anthropic"\?/],
    ['config.unknown-provider', 'openai:', KEYS, undefined, /names no model.*openai:NAME/],
    ['config.missing-key', 'claude-x', {}, undefined, /ANTHROPIC_API_KEY/],
    ['config.missing-key', 'gemini-x', {}, undefined, /GOOGLE_API_KEY or GEMINI_API_KEY/],
    [
      'config.missing-key',
      'gpt-5',
      { OPENAI_API_KEY: '' },
      undefined,
      /OPENAI_API_KEY.*lmstudio:NAME/,
    ],
    ['config.base-url', 'm', {}, 'localhost:1234', /"localhost:1234" is no http or https URL/],
    ['config.base-url', 'm', {}, 'http://ann:pass@host/v1', /"http:\/\/…@host\/v1" has a name/],
    ['config.base-url', 'm', {}, 'ann:p/ass@host', /"…@host" is no http/],
    ['config.base-url', 'm', {}, 'what ever', /write it like/],
  ])('X5 M18: %s for %s', (code, name, env, baseUrl, words) => {
    let thrown: unknown;
    try {
      modelsOf({ model: [name], baseUrl }, env);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(words) });
  });
});
