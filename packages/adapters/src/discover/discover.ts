import { ConfigError, defined, toModelError } from '@overseer/core/plugin';
import type { CallContext, Credentials, ListedModel, Model } from '@overseer/core/spec';
import { anthropic } from '../anthropic/anthropic.ts';
import { cohere } from '../cohere/cohere.ts';
import { google } from '../google/google.ts';
import { readBaseUrl } from '../internal/base-url.ts';
import { requireOneOf } from '../internal/require-option.ts';
import { withinTime } from '../internal/within-time.ts';
import { lmstudio } from '../lmstudio/lmstudio.ts';
import { ollama } from '../ollama/ollama.ts';
import { openai } from '../openai/openai.ts';
import { openaiCompatible } from '../openai-compatible/openai-compatible.ts';

/** Whose list of models can be asked for. */
export type DiscoverKind =
  | 'anthropic'
  | 'cohere'
  | 'google'
  | 'lmstudio'
  | 'ollama'
  | 'openai'
  | 'openai-compatible';

/** Where models are looked for. */
export interface DiscoverSource {
  /** With or without `/v1`; the default is that of the kind: LM Studio's is `http://127.0.0.1:1234/v1`. */
  readonly baseURL?: string;
  /** Which wire the server speaks; LM Studio's own is tried where nobody says, and what every compatible server has. */
  readonly kind?: DiscoverKind;
  /** A key, or where keys come from; the default is the variable that the adapter of this kind reads. */
  readonly apiKey?: string | Credentials;
  /** Most ms that the server may take; the default is 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Replaces the network. */
  readonly fetch?: typeof globalThis.fetch;
}

/** What a server said of the models it has. */
export interface Discovery {
  /** The server's address, where it is known. */
  readonly server: string | undefined;
  readonly models: readonly ListedModel[];
}

/**
 * Asks a server which models it has: one at an address, LM Studio where none is named, or the server of a model of any adapter that
 * can list (not those of the AI SDK). Asks once and keeps nothing. Throws `ModelError` where it does not answer or refuses, and `ConfigError`
 * `config.base-url` or `config.model-option`.
 */
export async function discover(
  source: DiscoverSource | Model = {},
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Discovery> {
  if (typeof source !== 'object' || source === null) {
    const what =
      'discover() was given no server; give it { baseURL } or a model, or nothing at all';
    throw new ConfigError('config.model-option', what);
  }
  const given = isModel(source) ? { timeoutMs: undefined, signal, fetch: undefined } : source;
  const { timeoutMs = 10_000, fetch } = given;
  const stops = [given.signal, signal].filter((one) => one !== undefined);
  const ctx: CallContext = {
    signal: AbortSignal.any(stops),
    ...(fetch === undefined ? {} : { fetch }),
  };
  if (isModel(source)) return await listOf(source, ctx, timeoutMs);
  // It leaves its server more time than whoever asks here does.
  using model = modelAt(source, 2 * timeoutMs);
  return await listOf(model, ctx, timeoutMs);
}

function isModel(source: DiscoverSource | Model): source is Model {
  return 'spec' in source;
}

async function listOf(model: Model, ctx: CallContext, limitMs: number): Promise<Discovery> {
  const { server, provider } = model.info;
  const where = `${provider} at ${server ?? 'its server'}`;
  const what = 'the list of models did not come';
  const limit = { where, what, limitMs, option: 'timeoutMs' };
  try {
    const list = async (bounded: CallContext) => (await model.list?.(bounded)) ?? [];
    return { server, models: await withinTime(ctx, limit, list) };
  } catch (error) {
    throw toModelError(error, ctx.signal, where);
  }
}

function modelAt(
  { kind = 'lmstudio', baseURL, apiKey }: DiscoverSource,
  askTimeoutMs: number,
): Model & Disposable {
  requireOneOf('kind', kind, Object.keys(MAKERS));
  return MAKERS[kind]('default', defined({ baseURL, apiKey, askTimeoutMs }));
}

type MakerOptions = Pick<DiscoverSource, 'baseURL' | 'apiKey'> & { readonly askTimeoutMs?: number };

type Maker = (modelId: string, options: MakerOptions) => Model & Disposable;

const MAKERS: Readonly<Record<DiscoverKind, Maker>> = {
  // Their SDKs take an address as it is: Anthropic's without `/v1`, and OpenAI's with it.
  anthropic: (id, options) =>
    anthropic(
      id,
      at(options, (url) => url.replace(/\/v1\/*$/, '')),
    ),
  cohere,
  google,
  lmstudio,
  ollama,
  openai: (id, options) => openai(id, at(options, withPath)),
  'openai-compatible': openaiCompatible,
};

function at(options: MakerOptions, written: (url: string) => string): MakerOptions {
  const { baseURL } = options;
  return baseURL === undefined ? options : { ...options, baseURL: written(baseURL) };
}

function withPath(url: string): string {
  const { origin, path } = readBaseUrl(url);
  return `${origin}${path}`;
}
