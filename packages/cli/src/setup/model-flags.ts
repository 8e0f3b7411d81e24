import { anthropic } from '@overseer/adapters/anthropic';
import { lmstudio } from '@overseer/adapters/lmstudio';
import { openai } from '@overseer/adapters/openai';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { ConfigError, suggest } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';

/** Where models come from: flag before variable before default. */
export interface ModelFlags {
  readonly model: readonly string[];
  readonly baseUrl: string | undefined;
}

/** The environment as it is looked up, for tests. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PROVIDERS: readonly string[] = ['anthropic', 'lmstudio', 'openai', 'server'];

/**
 * The models that flags and variables name, at least one. `provider:name` says the provider; without it, `claude…` is
 * Anthropic, `gpt…` and `o1…` are OpenAI where a key is set, a base URL makes it a server of its own, and everything
 * else is LM Studio. Throws `ConfigError` `config.unknown-provider`, `config.missing-key`.
 */
export function modelsOf(flags: ModelFlags, env: Environment): readonly Model[] {
  const baseUrl = flags.baseUrl ?? env['OPENAI_API_BASE'];
  const named = flags.model.length > 0 ? flags.model : fromEnvironment(env);
  return named.map((name) => modelOf(name, baseUrl, env));
}

function fromEnvironment(env: Environment): readonly string[] {
  const local = env['LM_STUDIO_MODEL'];
  return local === undefined || local === '' ? ['default'] : [local];
}

function modelOf(name: string, baseUrl: string | undefined, env: Environment): Model {
  const { provider, id } = split(name, baseUrl, env);
  switch (provider) {
    case 'anthropic':
      requireKey('ANTHROPIC_API_KEY', name, env);
      return anthropic(id, baseUrl === undefined ? {} : { baseURL: withoutVersion(baseUrl) });
    case 'openai':
      requireKey('OPENAI_API_KEY', name, env);
      return openai(id, baseUrl === undefined ? {} : { baseURL: baseUrl });
    case 'server': {
      const apiKey = env['OPENAI_API_KEY'];
      return openaiCompatible(id, {
        baseURL: baseUrl ?? 'http://127.0.0.1:1234/v1',
        ...(apiKey === undefined ? {} : { apiKey }),
      });
    }
    default:
      return lmstudio(id, baseUrl === undefined ? {} : { baseURL: baseUrl });
  }
}

function split(
  name: string,
  baseUrl: string | undefined,
  env: Environment,
): { readonly provider: string; readonly id: string } {
  const colon = name.indexOf(':');
  const provider = colon < 0 ? undefined : name.slice(0, colon);
  if (provider !== undefined && PROVIDERS.includes(provider)) {
    return { provider, id: name.slice(colon + 1) };
  }
  // Local models have colons of their own (`qwen3:8b`), so only what looks like a mistyped provider is refused.
  if (
    provider !== undefined &&
    /^[a-z]{5,}$/.test(provider) &&
    !/^\d/.test(name.slice(colon + 1))
  ) {
    const near = suggest(provider, PROVIDERS);
    if (near.startsWith('did you mean')) {
      throw new ConfigError(
        'config.unknown-provider',
        `Unknown provider ${JSON.stringify(provider)} in --model ${name}: ${near}.`,
      );
    }
  }
  if (/^claude/.test(name)) return { provider: 'anthropic', id: name };
  if (baseUrl !== undefined) return { provider: 'server', id: name };
  const isOpenai = /^(gpt|o\d)/.test(name) && env['OPENAI_API_KEY'] !== undefined;
  return { provider: isOpenai ? 'openai' : 'lmstudio', id: name };
}

function requireKey(variable: string, model: string, env: Environment): void {
  if (env[variable] !== undefined && env[variable] !== '') return;
  throw new ConfigError(
    'config.missing-key',
    `The model ${model} needs a key: set the environment variable ${variable}.`,
  );
}

/** Anthropic's client adds `/v1` itself. */
function withoutVersion(baseUrl: string): string {
  return baseUrl.replace(/\/v1\/?$/, '');
}
