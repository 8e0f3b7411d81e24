import { anthropic } from '@overseer/adapters/anthropic';
import { cohere } from '@overseer/adapters/cohere';
import { google } from '@overseer/adapters/google';
import { lmstudio } from '@overseer/adapters/lmstudio';
import { ollama } from '@overseer/adapters/ollama';
import { openai } from '@overseer/adapters/openai';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { ConfigError, suggest } from '@overseer/core/plugin';
import type { Credentials, Model } from '@overseer/core/spec';
import type { Environment } from './environment.ts';
import { loginOf, tokensOf } from './logins.ts';

/** Where models come from: flag before variable before default. */
export interface ModelFlags {
  readonly model: readonly string[];
  readonly baseUrl: string | undefined;
}

type Provider = 'anthropic' | 'cohere' | 'google' | 'lmstudio' | 'ollama' | 'openai' | 'server';

const PROVIDERS: readonly Provider[] = [
  'anthropic',
  'cohere',
  'google',
  'lmstudio',
  'ollama',
  'openai',
  'server',
];

/** Providers that no base URL is for, since their keys must not go to another server. */
const APART: ReadonlySet<string> = new Set(['anthropic', 'cohere', 'google']);

const LM_STUDIO = 'http://127.0.0.1:1234/v1';

/** The variables that hold a provider's key, the first before the others. A server wants none of necessity. */
export const KEY_VARIABLES: Readonly<Record<Provider, readonly [string, ...string[]]>> = {
  anthropic: ['ANTHROPIC_API_KEY'],
  cohere: ['CO_API_KEY', 'COHERE_API_KEY'],
  google: ['GOOGLE_API_KEY', 'GEMINI_API_KEY'],
  lmstudio: ['LM_API_TOKEN'],
  ollama: ['OLLAMA_API_KEY'],
  openai: ['OPENAI_API_KEY'],
  server: ['OPENAI_API_KEY'],
};

/** Where a model is looked for. */
interface Place {
  readonly provider: Provider;
  readonly id: string;
  readonly baseUrl: string | undefined;
}

/**
 * The models that flags and variables name, at least one. `provider:name` says the provider; without it, `claude…` is
 * Anthropic, a base URL makes it a server of its own, `gpt-5` and `o3` are OpenAI, `gemini…` is Google, and everything
 * else is LM Studio. A base URL is never Anthropic's, Google's or Cohere's, which have variables of their own for that. Throws `ConfigError`
 * `config.unknown-provider`, `config.missing-key`, `config.base-url`.
 */
export function modelsOf(flags: ModelFlags, env: Environment): readonly Model[] {
  const local = variableOf(env, 'LM_STUDIO_MODEL');
  const named = flags.model.length > 0 ? flags.model : [local ?? 'default'];
  return named.map((name) => modelOf(name, placeOf(name, flags.baseUrl, env), env));
}

/**
 * Whether a model's name goes to its server as it is, listed or not: where its provider is said (`server:name`), or
 * where no name is. Pure.
 */
export function isSentAsItIs(name: string | undefined): boolean {
  return name === undefined || split(name).provider !== undefined;
}

/** Where a model is, for people: the address of its server, or its provider's name. */
export function addressOf(model: Model, { baseUrl }: ModelFlags, env: Environment): string {
  return addressFor(model.info.provider, baseUrl, env);
}

/** The same of a provider by its name. Throws `ConfigError` `config.unknown-provider`, `config.base-url`. */
export function placeOfProvider(
  name: string,
  baseUrl: string | undefined,
  env: Environment,
): string {
  if (!PROVIDERS.some((known) => known === name)) {
    const near = suggest(name, PROVIDERS);
    const what = `Unknown provider ${JSON.stringify(name)}: ${near}.`;
    throw new ConfigError('config.unknown-provider', what);
  }
  return addressFor(name, baseUrl === undefined ? undefined : requireUrl(baseUrl), env);
}

function addressFor(provider: string, baseUrl: string | undefined, env: Environment): string {
  const [variable, own] = PLACES.get(provider) ?? ['OPENAI_API_BASE', LM_STUDIO];
  const flag = APART.has(provider) ? undefined : baseUrl;
  // Its client reads this one first.
  const first = variable === 'OPENAI_API_BASE' ? variableOf(env, 'OPENAI_BASE_URL') : undefined;
  return flag ?? first ?? variableOf(env, variable) ?? own;
}

/** The variable that says where a provider is, and where it is without. */
const PLACES: ReadonlyMap<string, readonly [variable: string, own: string]> = new Map([
  ['anthropic', ['ANTHROPIC_BASE_URL', 'Anthropic']],
  ['cohere', ['CO_API_URL', 'Cohere']],
  ['google', ['GOOGLE_GEMINI_BASE_URL', 'Google']],
  ['lmstudio', ['LM_STUDIO_BASE_URL', LM_STUDIO]],
  ['ollama', ['OLLAMA_HOST', 'http://127.0.0.1:11434']],
  ['openai', ['OPENAI_API_BASE', 'OpenAI']],
]);

function modelOf(name: string, place: Place, env: Environment): Model {
  const { provider, id, baseUrl } = place;
  const at = baseUrl === undefined ? {} : { baseURL: requireUrl(baseUrl) };
  const tokens = signedIn(place, env);
  const key = tokens === undefined ? {} : { apiKey: tokens };
  const isFree = provider === 'server' || provider === 'lmstudio' || provider === 'ollama';
  if (!isFree && tokens === undefined) requireKey(KEY_VARIABLES[provider], name, env);
  switch (provider) {
    case 'anthropic':
      return anthropic(id, key);
    case 'cohere':
      return cohere(id, key);
    case 'google':
      return google(id, key);
    case 'openai':
      return openai(id, { ...at, ...key });
    case 'server': {
      const apiKey = variableOf(env, 'OPENAI_API_KEY');
      const own = apiKey === undefined ? key : { apiKey };
      return openaiCompatible(id, { baseURL: LM_STUDIO, ...at, ...own });
    }
    case 'lmstudio':
      return lmstudio(id, { ...at, ...key });
    case 'ollama':
      return ollama(id, { ...at, ...key });
  }
}

/** The tokens of a sign-in, which go to the address alone that it was made for; a variable with a key goes before it. */
function signedIn({ provider, baseUrl }: Place, env: Environment): Credentials | undefined {
  if (KEY_VARIABLES[provider].some((name) => variableOf(env, name) !== undefined)) return undefined;
  const login = loginOf(provider, env);
  if (login === undefined || login.address !== addressFor(provider, baseUrl, env)) return undefined;
  return tokensOf(login, env);
}

function placeOf(name: string, flag: string | undefined, env: Environment): Place {
  const { provider, id } = split(name);
  const server = flag ?? variableOf(env, 'OPENAI_BASE_URL') ?? variableOf(env, 'OPENAI_API_BASE');
  if (provider === 'lmstudio' || provider === 'ollama') return { provider, id, baseUrl: flag };
  if (provider !== undefined) return { provider, id, baseUrl: server };
  if (/^claude/.test(id)) return { provider: 'anthropic', id, baseUrl: undefined };
  if (server !== undefined) return { provider: 'server', id, baseUrl: server };
  if (/^gemini/.test(id)) return { provider: 'google', id, baseUrl: undefined };
  // `gpt-oss` is a model that people run themselves.
  const isOpenai = /^(gpt-\d|chatgpt|o\d)/.test(id);
  return { provider: isOpenai ? 'openai' : 'lmstudio', id, baseUrl: undefined };
}

function split(name: string): { readonly provider: Provider | undefined; readonly id: string } {
  const colon = name.indexOf(':');
  if (colon < 0) return { provider: undefined, id: name };
  const word = name.slice(0, colon);
  const id = name.slice(colon + 1);
  const provider = PROVIDERS.find((known) => known === word);
  if (provider !== undefined) return { provider, id: requireName(id, name) };
  refuseMistyped(word, name);
  return { provider: undefined, id: name };
}

/** Local models have colons of their own (`qwen3:8b`), so only what looks like a mistyped provider is refused. */
function refuseMistyped(word: string, name: string): void {
  if (!/^[a-z]{5,}$/.test(word)) return;
  const near = suggest(word, PROVIDERS);
  if (!near.startsWith('did you mean')) return;
  throw new ConfigError(
    'config.unknown-provider',
    `Unknown provider ${JSON.stringify(word)} in --model ${name}: ${near}.`,
  );
}

function requireName(id: string, name: string): string {
  if (id !== '') return id;
  const known = PROVIDERS.map((provider) => `${provider}:NAME`).join(', ');
  throw new ConfigError(
    'config.unknown-provider',
    `--model ${name} names no model; write one of ${known}.`,
  );
}

function requireKey(variables: readonly string[], model: string, env: Environment): void {
  if (variables.some((variable) => variableOf(env, variable) !== undefined)) return;
  throw new ConfigError(
    'config.missing-key',
    `The model ${model} needs a key: set the environment variable ${variables.join(' or ')}; a model in LM Studio is written lmstudio:NAME.`,
  );
}

function requireUrl(text: string): string {
  const url = URL.parse(text);
  const isHttp = url !== null && /^https?:$/.test(url.protocol);
  if (isHttp && url.username === '' && url.password === '') return text;
  // What stands before the last `@` may be a password.
  const shown = JSON.stringify(text.replace(/^(\s*[a-z][\w+.-]*:\/\/)?.*@/is, '$1…@'));
  if (isHttp) {
    throw new ConfigError(
      'config.base-url',
      `The base URL ${shown} has a name or password in it; leave it out, and set OPENAI_API_KEY if the server wants a key.`,
    );
  }
  throw new ConfigError(
    'config.base-url',
    `The base URL ${shown} is no http or https URL; write it like ${LM_STUDIO}.`,
  );
}

/** A variable that is set to nothing is not set. */
function variableOf(env: Environment, variable: string): string | undefined {
  const value = env[variable];
  return value === '' ? undefined : value;
}
