import { anthropic, anthropicBatch } from '../anthropic/index.ts';
import { cohere } from '../cohere/index.ts';
import { google } from '../google/index.ts';
import { lmstudio } from '../lmstudio/index.ts';
import { ollama } from '../ollama/index.ts';
import { openai, openaiBatch } from '../openai/index.ts';
import { openaiCompatible } from '../openai-compatible/index.ts';
import * as clients from './fault-clients.fixture.ts';
import { DOCUMENTS } from './fault-documents.fixture.ts';
import { type FaultRow, IDS } from './fault-row.fixture.ts';
import {
  ANTHROPIC_BATCHED,
  BATCH,
  BATCHED,
  IDLE_MS,
  KEY,
  MODEL,
  modelUse,
  OVERLOADED,
  STREAM,
} from './fault-uses.fixture.ts';

/** Those that stream. */
const STREAMS: readonly FaultRow[] = [
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
];

/** Those whose answers come later. */
const BATCHES: readonly FaultRow[] = [
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

/** Every dialect that the service speaks. */
export const ROWS: readonly FaultRow[] = [...STREAMS, ...DOCUMENTS, ...BATCHES];
