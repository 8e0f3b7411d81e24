import type { JsonObject } from '@overseer/core/spec';
import type { Answer } from '../answer.ts';
import { type Asked, askedFrom, type Malformed } from '../asked.ts';
import type { Dialect } from '../dialect.ts';
import { asList, asNumber, asText } from '../json-reader.ts';
import { vectorOf } from '../openai/embeddings.ts';
import { cohereWire } from './wire.ts';

/** Cohere's embeddings: `POST /v2/embed`, of texts and as numbers. */
export const cohereEmbeddings: Dialect = {
  name: 'cohere-embeddings',
  wire: cohereWire,
  read: readTexts,
  whole: embeddings,
  stream: () => [],
  streamError: () => '',
};

function readTexts(body: JsonObject): Asked | Malformed {
  if (asText(body['model']) === '') return { malformed: 'model is required', param: 'model' };
  if (asText(body['input_type']) === '')
    return { malformed: 'invalid request: input_type is required', param: 'input_type' };
  const texts = textsOf(body);
  if (texts.length === 0 || texts.length > 96)
    return { malformed: 'invalid request: texts must have between 1 and 96 elements' };
  const messages = texts.map((text) => ({
    role: 'user' as const,
    text,
    toolCalls: [],
    toolResults: [],
  }));
  return { ...askedFrom({ body, system: '', messages, tools: [], maxTokens: [] }), stream: false };
}

function embeddings({ body, n, usage }: Answer): object {
  const texts = textsOf(body);
  const length = Math.min(asNumber(body['output_dimension']) ?? 8, 4096);
  return {
    id: `embed_${n}`,
    embeddings: { float: texts.map((text) => vectorOf(text, length)) },
    texts,
    meta: { api_version: { version: '2' }, billed_units: { input_tokens: usage.input } },
    response_type: 'embeddings_by_type',
  };
}

function textsOf(body: JsonObject): readonly string[] {
  return asList(body['texts']).map(asText);
}
