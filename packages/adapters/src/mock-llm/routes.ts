import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '@overseer/core/spec';
import {
  cancelMessageBatch,
  createMessageBatch,
  deleteMessageBatch,
  getMessageBatch,
  listMessageBatches,
  messageBatchResults,
} from './anthropic/batches.ts';
import { countTokens } from './anthropic/count-tokens.ts';
import { anthropicMessages } from './anthropic/messages.ts';
import { getAnthropicModel, listAnthropicModels } from './anthropic/models.ts';
import { anthropicWire } from './anthropic/wire.ts';
import { cohereChat } from './cohere/chat.ts';
import { cohereEmbeddings } from './cohere/embeddings.ts';
import { getCohereModel, listCohereModels } from './cohere/models.ts';
import { cohereRerank, cohereRerankV1 } from './cohere/rerank.ts';
import { cohereDetokenize, cohereTokenize } from './cohere/tokenize.ts';
import { cohereWire } from './cohere/wire.ts';
import type { Dialect } from './dialect.ts';
import type { Endpoint } from './endpoint.ts';
import { googleCountTokens } from './google/count-tokens.ts';
import { googleRoute } from './google/google-route.ts';
import { getGoogleModel, listGoogleModels } from './google/models.ts';
import { googleWire } from './google/wire.ts';
import { lmstudioChatV0, lmstudioEmbeddingsV0 } from './lmstudio/chat-v0.ts';
import { lmstudioChatV1 } from './lmstudio/chat-v1.ts';
import { loadModel, unloadModel } from './lmstudio/load.ts';
import { getV0, listV0 } from './lmstudio/models-v0.ts';
import { listV1 } from './lmstudio/models-v1.ts';
import { ollamaChat } from './ollama/chat.ts';
import { embedOllama, embedOneOllama } from './ollama/embed.ts';
import { ollamaGenerate } from './ollama/generate.ts';
import { listOllama, psOllama, showOllama, versionOllama } from './ollama/models.ts';
import { ollamaWire } from './ollama/wire.ts';
import { cancelBatch, createBatch, getBatch, listBatches } from './openai/batches.ts';
import { openaiChat } from './openai/chat.ts';
import { countInput } from './openai/count-input.ts';
import { openaiEmbeddings } from './openai/embeddings.ts';
import { deleteFile, fileContent, getFile, listFiles, uploadFile } from './openai/files.ts';
import { getOpenaiModel, listOpenaiModels } from './openai/models.ts';
import { openaiResponses } from './openai/responses.ts';
import { deleteResponse, getResponse, listInputItems } from './openai/stored-responses.ts';
import { openaiWire } from './openai/wire.ts';
import { rerank } from './server/rerank.ts';
import { detokenize, tokenize } from './server/tokenize.ts';
import type { Wire } from './wire.ts';

/** What a method and path lead to. */
export type Route =
  | { readonly kind: 'dialect'; readonly dialect: Dialect; readonly inPath?: JsonObject }
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint; readonly id: string }
  | { readonly kind: 'none'; readonly wire: Wire };

/** Finds the route of a request; providers that share a path are told apart by the headers that each of them wants. */
export function routeOf(method: string, path: string, headers: IncomingHttpHeaders): Route {
  const { wire, endpoints } = providerOf(path, headers);
  const dialect = method === 'POST' ? DIALECTS.get(path) : undefined;
  if (dialect !== undefined) return { kind: 'dialect', dialect };
  const named = method === 'POST' ? googleRoute(path) : undefined;
  if (named !== undefined) return { kind: 'dialect', ...named };
  for (const [wanted, pattern, endpoint] of [...endpoints, ...SHARED]) {
    const match = wanted === method ? pattern.exec(path) : null;
    if (match !== null)
      return { kind: 'endpoint', endpoint, id: decodeURIComponent(match[1] ?? '') };
  }
  return { kind: 'none', wire };
}

function providerOf(path: string, headers: IncomingHttpHeaders): Provider {
  if (headers['anthropic-version'] !== undefined)
    return { wire: anthropicWire, endpoints: ANTHROPIC };
  if (headers['x-goog-api-key'] !== undefined || /^\/v1(alpha|beta)\//.test(path))
    return { wire: googleWire, endpoints: GOOGLE };
  // Cohere's SDK says its name, and every client may give one of its own.
  const { 'x-client-name': client, 'x-fern-sdk-name': sdk } = headers;
  if (client !== undefined || sdk === 'cohere-ai' || path.startsWith('/v2/'))
    return { wire: cohereWire, endpoints: COHERE };
  if (path.startsWith('/api/') && !/^\/api\/v\d\//.test(path))
    return { wire: ollamaWire, endpoints: [] };
  return { wire: openaiWire, endpoints: OPENAI };
}

interface Provider {
  readonly wire: Wire;
  readonly endpoints: readonly Entry[];
}

/** The dialect that a path is asked in. */
export function dialectOf(path: string): Dialect | undefined {
  return DIALECTS.get(path);
}

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ['/v1/chat/completions', openaiChat],
  ['/v1/responses', openaiResponses],
  ['/v1/embeddings', openaiEmbeddings],
  ['/v1/messages', anthropicMessages],
  ['/v2/chat', cohereChat],
  ['/v2/embed', cohereEmbeddings],
  ['/api/chat', ollamaChat],
  ['/api/generate', ollamaGenerate],
  ['/api/v0/chat/completions', lmstudioChatV0],
  ['/api/v0/embeddings', lmstudioEmbeddingsV0],
  ['/api/v1/chat', lmstudioChatV1],
]);

type Entry = readonly [method: string, path: RegExp, endpoint: Endpoint];

const OPENAI: readonly Entry[] = [
  ['GET', /^\/v1\/models$/, listOpenaiModels],
  ['GET', /^\/v1\/models\/(.+)$/, getOpenaiModel],
  ['GET', /^\/v1\/responses\/([^/]+)$/, getResponse],
  ['DELETE', /^\/v1\/responses\/([^/]+)$/, deleteResponse],
  ['GET', /^\/v1\/responses\/([^/]+)\/input_items$/, listInputItems],
  ['POST', /^\/v1\/files$/, uploadFile],
  ['GET', /^\/v1\/files$/, listFiles],
  ['GET', /^\/v1\/files\/([^/]+)$/, getFile],
  ['DELETE', /^\/v1\/files\/([^/]+)$/, deleteFile],
  ['GET', /^\/v1\/files\/(.+)\/content$/, fileContent],
  ['POST', /^\/v1\/batches$/, createBatch],
  ['GET', /^\/v1\/batches$/, listBatches],
  ['GET', /^\/v1\/batches\/([^/]+)$/, getBatch],
  ['POST', /^\/v1\/batches\/([^/]+)\/cancel$/, cancelBatch],
];

const ANTHROPIC: readonly Entry[] = [
  ['GET', /^\/v1\/models$/, listAnthropicModels],
  ['GET', /^\/v1\/models\/(.+)$/, getAnthropicModel],
  ['POST', /^\/v1\/messages\/batches$/, createMessageBatch],
  ['GET', /^\/v1\/messages\/batches$/, listMessageBatches],
  ['GET', /^\/v1\/messages\/batches\/([^/]+)$/, getMessageBatch],
  ['DELETE', /^\/v1\/messages\/batches\/([^/]+)$/, deleteMessageBatch],
  ['POST', /^\/v1\/messages\/batches\/([^/]+)\/cancel$/, cancelMessageBatch],
  ['GET', /^\/v1\/messages\/batches\/([^/]+)\/results$/, messageBatchResults],
];

const GOOGLE: readonly Entry[] = [
  ['GET', /^\/v1(?:alpha|beta)?\/models$/, listGoogleModels],
  ['GET', /^\/v1(?:alpha|beta)?\/models\/(.+)$/, getGoogleModel],
];

const COHERE: readonly Entry[] = [
  ['GET', /^\/v1\/models$/, listCohereModels],
  ['GET', /^\/v1\/models\/(.+)$/, getCohereModel],
  ['POST', /^\/v1\/rerank$/, cohereRerankV1],
];

const SHARED: readonly Entry[] = [
  ['POST', /^\/v1(?:alpha|beta)?\/(?:models\/)?([^:]+):countTokens$/, googleCountTokens],
  ['POST', /^\/v1\/tokenize$/, cohereTokenize],
  ['POST', /^\/v1\/detokenize$/, cohereDetokenize],
  ['POST', /^\/v2\/rerank$/, cohereRerank],
  ['POST', /^(?:\/v1)?\/rerank$/, rerank],
  ['POST', /^\/tokenize$/, tokenize],
  ['POST', /^\/detokenize$/, detokenize],
  ['POST', /^\/v1\/messages\/count_tokens$/, countTokens],
  ['POST', /^\/v1\/responses\/input_tokens$/, countInput],
  ['GET', /^\/api\/v0\/models$/, listV0],
  ['GET', /^\/api\/v0\/models\/(.+)$/, getV0],
  ['GET', /^\/api\/v1\/models$/, listV1],
  ['POST', /^\/api\/v1\/models\/load$/, loadModel],
  ['POST', /^\/api\/v1\/models\/unload$/, unloadModel],
  ['GET', /^\/api\/tags$/, listOllama],
  ['GET', /^\/api\/ps$/, psOllama],
  ['GET', /^\/api\/version$/, versionOllama],
  ['POST', /^\/api\/show$/, showOllama],
  ['POST', /^\/api\/embed$/, embedOllama],
  ['POST', /^\/api\/embeddings$/, embedOneOllama],
];
