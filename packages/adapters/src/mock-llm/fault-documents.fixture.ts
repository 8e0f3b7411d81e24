import { anthropic } from '../anthropic/index.ts';
import { cohere, cohereEmbedding } from '../cohere/index.ts';
import { google, googleEmbedding } from '../google/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { ollama } from '../ollama/index.ts';
import { openai } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import * as clients from './fault-clients.fixture.ts';
import type { FaultRow } from './fault-row.fixture.ts';
import { countUse, DOCUMENT, IDLE_MS, KEY, listUse, MODEL } from './fault-uses.fixture.ts';

/** The dialects whose answers are one document. */
export const DOCUMENTS: readonly FaultRow[] = [
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
    dialect: 'Google models',
    form: 'endpoint',
    client: '@google/genai',
    path: /^\/v1(?:beta)?\/models$/,
    ask: clients.googleModels,
    ours: listUse('google', (url) => google(MODEL, { ...KEY, baseURL: url })),
  },
  {
    dialect: 'Cohere models',
    form: 'endpoint',
    client: 'cohere-ai',
    path: /^\/v1\/models$/,
    ask: clients.cohereModels,
    ours: listUse('cohere', (url) => cohere(MODEL, { ...KEY, baseURL: url })),
  },
  {
    dialect: 'Ollama models',
    form: 'endpoint',
    client: 'ollama',
    path: /^\/api\/tags$/,
    ask: clients.ollamaModels,
    ours: listUse('ollama', (url) => ollama(MODEL, { baseURL: url, idleTimeoutMs: IDLE_MS })),
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
    dialect: 'LM Studio v1 models',
    form: 'endpoint',
    client: 'none',
    // It asks by an older path where one says nothing of use.
    path: /^\/(api\/v[01]|v1)\/models$/,
    ask: clients.lmstudioModels,
    ours: listUse('lmstudio', (url) => lmstudio(MODEL, { baseURL: url, idleTimeoutMs: IDLE_MS })),
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
    dialect: 'Ollama embeddings',
    form: 'endpoint',
    client: 'ollama',
    path: /^\/api\/embed$/,
    ask: clients.ollamaEmbed,
  },
  {
    dialect: 'Cohere rerank',
    form: 'endpoint',
    client: 'cohere-ai',
    path: /^\/v2\/rerank$/,
    ask: clients.cohereRerank,
  },
  {
    dialect: 'Anthropic token counts',
    form: 'endpoint',
    client: '@anthropic-ai/sdk',
    path: /^\/v1\/messages\/count_tokens$/,
    ask: clients.anthropicCount,
    ours: countUse('anthropic', (url) => anthropic(MODEL, { ...KEY, baseURL: url })),
  },
  {
    dialect: 'Google token counts',
    form: 'endpoint',
    client: '@google/genai',
    path: /:countTokens$/,
    ask: clients.googleCount,
    ours: countUse('google', (url) => google(MODEL, { ...KEY, baseURL: url })),
  },
];
