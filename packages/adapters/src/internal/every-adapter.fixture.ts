import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Model } from '@overseer/core/spec';
import type { ModelFeature } from '@overseer/core/testing';
import { fromAiSdk, toAiSdk } from '../ai-sdk/index.ts';
import { anthropic } from '../anthropic/index.ts';
import { cohere } from '../cohere/index.ts';
import { google } from '../google/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { ollama } from '../ollama/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import { PRESETS, type ServerPreset } from '../openai-compatible/presets.ts';

/** A dialect of the mock service that conversations are held in. */
export type AdapterDialect =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'google-content'
  | 'cohere-chat'
  | 'ollama-chat';

/** One adapter, and how the tests of all adapters reach its model. */
export interface AdapterCase {
  readonly name: string;
  /** The dialect of the mock service that it speaks. */
  readonly dialect: AdapterDialect;
  /** A model on the server at `url`, which has no path. */
  readonly create: (model: string, url: string, options?: AdapterCaseOptions) => Model;
  /** Which ids of tool calls its service takes, where others of its dialect take more. */
  readonly toolIds?: RegExp;
  /** Whether it sends its thoughts back, and those of others that speak the same dialect never. */
  readonly thinksAlone?: boolean;
  /** What its wire cannot carry. */
  readonly without?: readonly ModelFeature[];
}

/** What a test may want of each adapter. */
export interface AdapterCaseOptions {
  readonly idleTimeoutMs?: number;
  readonly askTimeoutMs?: number;
}

const KEY = 'k';
/** Mistral tells its usage unasked, which the mock service does not. */
const MISTRAL: ServerPreset = {
  ...PRESETS.mistral,
  quirks: { ...PRESETS.mistral.quirks, streamOptions: true },
};
/** Ollama counts neither what a cache gave nor what is left of a limit. */
const NO_COUNTS: readonly ModelFeature[] = ['cache', 'rate'];

/** Every adapter that reaches its model over HTTP: a new one is added here, and all common tests run over it. */
export const everyAdapter: readonly AdapterCase[] = [
  {
    name: 'openai',
    dialect: 'openai-chat',
    create: (model, url, options) =>
      openai(model, { apiKey: KEY, baseURL: `${url}/v1`, ...options }),
  },
  {
    name: 'anthropic',
    dialect: 'anthropic-messages',
    create: (model, url, options) => anthropic(model, { apiKey: KEY, baseURL: url, ...options }),
  },
  {
    name: 'openai-compatible',
    dialect: 'openai-chat',
    create: (model, url, options) => openaiCompatible(model, { baseURL: url, ...options }),
  },
  {
    name: 'lmstudio',
    dialect: 'openai-chat',
    create: (model, url, options) => lmstudio(model, { baseURL: url, verify: false, ...options }),
  },
  {
    name: 'openai, responses',
    dialect: 'openai-responses',
    create: (model, url, options) =>
      openai(model, { apiKey: KEY, baseURL: `${url}/v1`, api: 'responses', ...options }),
  },
  {
    name: 'openai-compatible, responses',
    dialect: 'openai-responses',
    create: (model, url, options) =>
      openaiCompatible(model, { baseURL: url, api: 'responses', ...options }),
  },
  {
    name: 'openai-compatible, mistral',
    dialect: 'openai-chat',
    toolIds: /^[a-zA-Z0-9]{9}$/,
    create: (model, url, options) =>
      openaiCompatible(model, { preset: MISTRAL, apiKey: KEY, baseURL: url, ...options }),
  },
  {
    name: 'openai-compatible, deepseek',
    dialect: 'openai-chat',
    thinksAlone: true,
    create: (model, url, options) =>
      openaiCompatible(model, { preset: 'deepseek', apiKey: KEY, baseURL: url, ...options }),
  },
  {
    name: 'google',
    dialect: 'google-content',
    // Google tells of limits when one is met, and not before.
    without: ['rate'],
    create: (model, url, options) => google(model, { apiKey: KEY, baseURL: url, ...options }),
  },
  {
    name: 'cohere',
    dialect: 'cohere-chat',
    create: (model, url, options) => cohere(model, { apiKey: KEY, baseURL: url, ...options }),
  },
  {
    name: 'ollama',
    dialect: 'ollama-chat',
    without: NO_COUNTS,
    create: (model, url, options) => ollama(model, { baseURL: url, verify: false, ...options }),
  },
  {
    name: 'ai-sdk openai responses',
    dialect: 'openai-responses',
    create: (model, url, options) =>
      fromAiSdk(
        (fetch) => createOpenAI({ apiKey: KEY, baseURL: `${url}/v1`, fetch }).responses(model),
        options,
      ),
  },
  {
    name: 'ai-sdk openai chat',
    dialect: 'openai-chat',
    // That provider knows of no reasoning in chat completions, as OpenAI sends none.
    without: ['reasoning'],
    create: (model, url, options) =>
      fromAiSdk(
        (fetch) => createOpenAI({ apiKey: KEY, baseURL: `${url}/v1`, fetch }).chat(model),
        options,
      ),
  },
  {
    name: 'ai-sdk anthropic',
    dialect: 'anthropic-messages',
    create: (model, url, options) =>
      fromAiSdk(
        (fetch) => createAnthropic({ apiKey: KEY, baseURL: `${url}/v1`, fetch })(model),
        options,
      ),
  },
  {
    name: 'ai-sdk openai-compatible',
    dialect: 'openai-chat',
    create: (model, url, options) =>
      fromAiSdk(
        (fetch) =>
          createOpenAICompatible({ name: 'mock', baseURL: `${url}/v1`, includeUsage: true, fetch })(
            model,
          ),
        options,
      ),
  },
  {
    name: 'ai-sdk round trip of anthropic',
    dialect: 'anthropic-messages',
    // What goes through the AI SDK reaches the network as the model inside does.
    without: ['fetch'],
    create: (model, url, options) =>
      fromAiSdk(toAiSdk(anthropic(model, { apiKey: KEY, baseURL: url, ...options })), options),
  },
];

/** Those that look a model up in the server's list first, which must hold it. */
export const verifyingAdapters: readonly AdapterCase[] = [
  {
    name: 'lmstudio, verified',
    dialect: 'openai-chat',
    create: (model, url, options) => lmstudio(model, { baseURL: url, ...options }),
  },
  {
    name: 'ollama, verified',
    dialect: 'ollama-chat',
    without: NO_COUNTS,
    create: (model, url, options) => ollama(model, { baseURL: url, ...options }),
  },
];
