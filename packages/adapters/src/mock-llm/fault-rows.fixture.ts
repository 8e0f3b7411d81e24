import { generate, ModelError } from '@overseer/core/plugin';
import type { Model, Part } from '@overseer/core/spec';
import { anthropic, anthropicBatch } from '../anthropic/index.ts';
import { cohere, cohereEmbedding } from '../cohere/index.ts';
import { google, googleEmbedding } from '../google/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { ollama } from '../ollama/index.ts';
import { openai, openaiBatch } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import * as clients from './fault-clients.fixture.ts';
import { type Cells, type FaultRow, IDS, type Ours, type Use } from './fault-row.fixture.ts';
import { FAULTY_MODEL } from './faulty-service.fixture.ts';

/** How long our code waits for a byte. */
const IDLE_MS = 400;
const MODEL = FAULTY_MODEL;
const CHAT = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};
const KEY = { apiKey: 'k', idleTimeoutMs: IDLE_MS };
const BATCH = { collectMs: 1, pollMs: 5, patienceMs: 1500 };

const STREAM: Cells = {
  status: 'rate-limit ↻',
  'midstream-error': 'server ↻ ¶',
  cut: 'interrupted ↻ ¶',
  truncated: 'interrupted ↻ ¶',
  stall: 'timeout ↻ ¶ ✕',
  malformed: 'protocol ↻ ¶',
  evict: 'server ↻ ¶',
  'load-delay': 'waits',
  'wrong-model': 'names it',
  'missing-ids': 'makes ids',
  'duplicate-ids': 'keeps them',
};
/** These say that they are overloaded where others say that they have failed. */
const OVERLOADED: Cells = {
  ...STREAM,
  'midstream-error': 'overloaded ↻ ¶',
  evict: 'overloaded ↻ ¶',
};
const DOCUMENT: Cells = {
  status: 'rate-limit ↻',
  'midstream-error': 'server ↻',
  cut: 'network ↻',
  truncated: 'protocol ↻',
  stall: 'timeout ↻ ✕',
  malformed: 'protocol ↻',
  evict: 'server ↻',
  'load-delay': 'waits',
};
/** A look at a batch that fails is made again. */
const BATCHED: Cells = {
  ...STREAM,
  'midstream-error': 'server ↻',
  cut: 'asks again',
  truncated: 'asks again',
  malformed: 'asks again',
  stall: 'timeout ↻ ✕',
  evict: 'server ↻',
};

const ANTHROPIC_BATCHED: Cells = {
  ...BATCHED,
  'midstream-error': 'overloaded ↻',
  evict: 'overloaded ↻',
};

/** Every dialect that the service speaks. */
export const ROWS: readonly FaultRow[] = [
  {
    dialect: 'OpenAI chat completions',
    form: 'stream',
    client: 'openai',
    ask: clients.openaiChatAt('/v1'),
    ours: modelUse('openai', STREAM, (url) => openai(MODEL, { ...KEY, baseURL: `${url}/v1` })),
  },
  {
    dialect: 'the same, by our own wire',
    form: 'stream',
    client: 'openai',
    ask: clients.openaiChatAt('/v1'),
    ours: modelUse('openai-compatible', STREAM, (url) =>
      openaiCompatible(MODEL, { ...KEY, baseURL: url }),
    ),
  },
  {
    dialect: 'OpenAI responses',
    form: 'stream',
    client: 'openai',
    ask: clients.openaiResponses,
    ours: modelUse('openai', STREAM, (url) =>
      openai(MODEL, { ...KEY, baseURL: `${url}/v1`, api: 'responses' }),
    ),
  },
  {
    dialect: 'Anthropic messages',
    form: 'stream',
    client: '@anthropic-ai/sdk',
    ask: clients.anthropicMessages,
    ours: modelUse('anthropic', OVERLOADED, (url) => anthropic(MODEL, { ...KEY, baseURL: url })),
  },
  {
    dialect: 'Google content',
    form: 'stream',
    client: '@google/genai',
    ask: clients.googleContent,
    ours: modelUse('google', OVERLOADED, (url) => google(MODEL, { ...KEY, baseURL: url })),
  },
  {
    dialect: 'Cohere chat',
    form: 'stream',
    client: 'cohere-ai',
    ask: clients.cohereChat,
    // Its replies name no model.
    without: ['wrong-model'],
    ours: modelUse('cohere', STREAM, (url) => cohere(MODEL, { ...KEY, baseURL: url })),
  },
  {
    dialect: 'Ollama chat',
    form: 'stream',
    client: 'ollama',
    ask: clients.ollamaChat,
    ours: modelUse('ollama', STREAM, (url) =>
      ollama(MODEL, { baseURL: url, idleTimeoutMs: IDLE_MS, verify: false }),
    ),
  },
  {
    dialect: 'Ollama generate',
    form: 'stream',
    client: 'ollama',
    ask: clients.ollamaGenerate,
    without: IDS,
  },
  {
    dialect: 'LM Studio v0 chat',
    form: 'stream',
    client: 'openai',
    ask: clients.openaiChatAt('/api/v0'),
    ours: modelUse('openai-compatible', STREAM, (url) =>
      openaiCompatible(MODEL, { ...KEY, baseURL: `${url}/api/v0` }),
    ),
  },
  {
    dialect: 'LM Studio chat completions',
    form: 'stream',
    client: 'openai',
    ask: clients.openaiChatAt('/v1'),
    ours: modelUse('lmstudio', STREAM, (url) =>
      lmstudio(MODEL, { baseURL: url, idleTimeoutMs: IDLE_MS }),
    ),
  },
  {
    dialect: 'LM Studio v1 chat',
    form: 'stream',
    client: 'none',
    ask: clients.lmstudioChat,
    // It makes calls of tools by itself.
    without: IDS,
  },
  {
    dialect: 'OpenAI embeddings',
    form: 'document',
    client: 'openai',
    ask: clients.openaiEmbeddingsAt('/v1'),
  },
  {
    dialect: 'LM Studio v0 embeddings',
    form: 'document',
    client: 'openai',
    ask: clients.openaiEmbeddingsAt('/api/v0'),
  },
  {
    dialect: 'Google embeddings',
    form: 'document',
    without: ['wrong-model'],
    client: '@google/genai',
    ask: clients.googleEmbeddings,
    ours: {
      name: 'googleEmbedding',
      cells: { ...DOCUMENT, 'midstream-error': 'overloaded ↻', evict: 'overloaded ↻' },
      use: async (url) => {
        await googleEmbedding(MODEL, { apiKey: 'k', baseURL: url, timeoutMs: IDLE_MS })('hi');
      },
    },
  },
  {
    dialect: 'Cohere embeddings',
    form: 'document',
    without: ['wrong-model'],
    client: 'cohere-ai',
    ask: clients.cohereEmbeddings,
    ours: {
      name: 'cohereEmbedding',
      cells: DOCUMENT,
      use: async (url) => {
        await cohereEmbedding(MODEL, { apiKey: 'k', baseURL: url, timeoutMs: IDLE_MS })('hi');
      },
    },
  },
  {
    dialect: 'OpenAI models',
    form: 'endpoint',
    client: 'openai',
    path: /^\/v1\/models$/,
    ask: clients.openaiModelsAt('/v1'),
    ours: listUse('openai', (url) => openai(MODEL, { ...KEY, baseURL: `${url}/v1` })),
  },
  {
    dialect: 'Anthropic models',
    form: 'endpoint',
    client: '@anthropic-ai/sdk',
    path: /^\/v1\/models$/,
    ask: clients.anthropicModels,
    ours: listUse('anthropic', (url) => anthropic(MODEL, { ...KEY, baseURL: url })),
  },
  {
    dialect: 'LM Studio v0 models',
    form: 'endpoint',
    client: 'openai',
    path: /^\/api\/v0\/models$/,
    ask: clients.openaiModelsAt('/api/v0'),
    ours: listUse('openai-compatible', (url) =>
      openaiCompatible(MODEL, { ...KEY, baseURL: `${url}/api/v0` }),
    ),
  },
  {
    dialect: 'LM Studio v1 load',
    form: 'endpoint',
    client: 'none',
    path: /^\/api\/v1\/models\/load$/,
    ask: clients.lmstudioLoad,
    ours: {
      name: 'lmstudio',
      cells: DOCUMENT,
      use: (url, _, signal) => lmstudio(MODEL, { baseURL: url }).load({ signal }),
    },
  },
  {
    dialect: 'OpenAI batches',
    form: 'batch',
    client: 'openai',
    path: /^\/v1\/files\/.+\/content$/,
    ask: clients.openaiBatches,
    ours: modelUse('openaiBatch', BATCHED, (url) =>
      openaiBatch(MODEL, { ...KEY, baseURL: `${url}/v1`, ...BATCH }),
    ),
  },
  {
    dialect: 'Anthropic message batches',
    form: 'batch',
    client: '@anthropic-ai/sdk',
    path: /^\/v1\/messages\/batches\/[^/]+\/results$/,
    ask: clients.anthropicBatches,
    ours: modelUse('anthropicBatch', ANTHROPIC_BATCHED, (url) =>
      anthropicBatch(MODEL, { ...KEY, baseURL: url, ...BATCH }),
    ),
  },
];

/** A use of a model of ours. */
function modelUse(name: string, cells: Cells, create: (url: string) => Model): Ours {
  const use: Use = async (url, seen, signal) => {
    try {
      const { parts, model } = await generate(create(url), CHAT, { signal });
      seen.model = model;
      seen.text = textOf(parts);
      for (const part of parts) if (part.type === 'tool-call') seen.ids.push(part.id);
    } catch (error) {
      if (error instanceof ModelError) seen.text = textOf(error.partial ?? []);
      throw error;
    }
  };
  return { name, cells, use };
}

function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function listUse(name: string, create: (url: string) => Model): Ours {
  return {
    name,
    cells: DOCUMENT,
    use: async (url, _, signal) => void (await create(url).list?.({ signal })),
  };
}
