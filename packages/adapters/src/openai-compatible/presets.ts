import type { TakenFiles } from '../internal/openai-files.ts';

/** What a server does otherwise than OpenAI's chat completions. What is left out is as with most. */
export interface ServerQuirks {
  /** The field that bounds an answer; the default is `max_tokens`. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** The field of the seed; the default is `seed`. */
  readonly seedField?: 'seed' | 'random_seed';
  /** `false` where `stream_options` is refused; usage then comes by itself. */
  readonly streamOptions?: boolean;
  /** Whether earlier reasoning is sent back, and in which field; the default is not to, and `reasoning_content`. */
  readonly sendReasoning?: boolean;
  readonly reasoningField?: 'reasoning_content' | 'reasoning';
  /** Ids of tool calls must be nine letters and digits; others are replaced, the same by the same. */
  readonly toolIds?: 'nine';
  /** `object` where JSON can be asked for, but not after a schema. */
  readonly json?: 'schema' | 'object';
  /** Which way to ask where the host does not say; the default is `chat`. */
  readonly api?: 'chat' | 'responses';
  /** Which files it takes beside texts; the default is to send all, and `media` are images and sounds. */
  readonly files?: TakenFiles;
  /** By which endpoint requests are counted. */
  readonly count?: 'responses' | 'tokenize';
  /** Makes grammars of schemas as llama.cpp does; the default is to take them as OpenAI does. */
  readonly grammar?: true;
  /** Tells its window at `/props`. */
  readonly props?: true;
}

/** A kind of server, as data: where it is, where its key is found, and what it does its own way. */
export interface ServerPreset {
  readonly baseURL: string;
  /** The variable that holds its key. */
  readonly keyVariable?: string;
  readonly quirks: ServerQuirks;
  /** When this was read, as `yyyy-mm-dd`, and where. */
  readonly asOf: string;
  readonly source: string;
}

/** The name of a kind of server that is known. */
export type PresetName =
  | 'llama.cpp'
  | 'vllm'
  | 'sglang'
  | 'groq'
  | 'mistral'
  | 'deepseek'
  | 'xai'
  | 'together'
  | 'openrouter'
  | 'fireworks'
  | 'cerebras';

const asOf = '2026-11-27';

/** The kinds of servers that are known by name. */
export const PRESETS: Readonly<Record<PresetName, ServerPreset>> = {
  'llama.cpp': {
    baseURL: 'http://127.0.0.1:8080/v1',
    keyVariable: 'LLAMA_API_KEY',
    quirks: { count: 'responses', grammar: true, props: true, files: 'media' },
    asOf,
    source: 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md',
  },
  vllm: {
    baseURL: 'http://127.0.0.1:8000/v1',
    keyVariable: 'VLLM_API_KEY',
    quirks: { reasoningField: 'reasoning', count: 'tokenize', files: 'media' },
    asOf,
    source: 'https://docs.vllm.ai/en/stable/features/reasoning_outputs/',
  },
  sglang: {
    baseURL: 'http://127.0.0.1:30000/v1',
    quirks: {},
    asOf,
    source: 'https://docs.sglang.ai/basic_usage/openai_api_completions.html',
  },
  groq: {
    baseURL: 'https://api.groq.com/openai/v1',
    keyVariable: 'GROQ_API_KEY',
    quirks: { maxTokensField: 'max_completion_tokens', reasoningField: 'reasoning' },
    asOf,
    source: 'https://console.groq.com/docs/openai',
  },
  mistral: {
    baseURL: 'https://api.mistral.ai/v1',
    keyVariable: 'MISTRAL_API_KEY',
    quirks: { seedField: 'random_seed', streamOptions: false, toolIds: 'nine' },
    asOf,
    source: 'https://docs.mistral.ai/resources/migration-guides',
  },
  deepseek: {
    baseURL: 'https://api.deepseek.com/v1',
    keyVariable: 'DEEPSEEK_API_KEY',
    quirks: { sendReasoning: true, json: 'object' },
    asOf,
    source: 'https://api-docs.deepseek.com/guides/thinking_mode',
  },
  xai: {
    baseURL: 'https://api.x.ai/v1',
    keyVariable: 'XAI_API_KEY',
    quirks: { api: 'responses' },
    asOf,
    source: 'https://docs.x.ai/developers/model-capabilities/text/comparison',
  },
  together: {
    baseURL: 'https://api.together.xyz/v1',
    keyVariable: 'TOGETHER_API_KEY',
    quirks: {},
    asOf,
    source: 'https://docs.together.ai/docs/openai-api-compatibility',
  },
  openrouter: {
    baseURL: 'https://openrouter.ai/api/v1',
    keyVariable: 'OPENROUTER_API_KEY',
    quirks: { reasoningField: 'reasoning' },
    asOf,
    source: 'https://openrouter.ai/docs/use-cases/reasoning-tokens',
  },
  fireworks: {
    baseURL: 'https://api.fireworks.ai/inference/v1',
    keyVariable: 'FIREWORKS_API_KEY',
    quirks: {},
    asOf,
    source: 'https://docs.fireworks.ai/tools-sdks/openai-compatibility',
  },
  cerebras: {
    baseURL: 'https://api.cerebras.ai/v1',
    keyVariable: 'CEREBRAS_API_KEY',
    quirks: { maxTokensField: 'max_completion_tokens', reasoningField: 'reasoning' },
    asOf,
    source: 'https://inference-docs.cerebras.ai/resources/openai',
  },
};
