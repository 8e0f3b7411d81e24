import type { JsonObject } from '@overseer/core/spec';
import type { Answer } from '../answer.ts';
import { type Asked, askedFrom, type Malformed } from '../asked.ts';
import type { Dialect } from '../dialect.ts';
import { asList, asNumber, asObject, contentText } from '../json-reader.ts';
import { vectorOf } from '../vector.ts';
import { googleWire } from './wire.ts';

/** Google's embeddings: `POST /v1/models/{id}:embedContent` of one text, and `:batchEmbedContents` of several. */
export const googleEmbeddings: Dialect = {
  name: 'google-embeddings',
  wire: googleWire,
  read: readTexts,
  whole: embeddings,
  stream: () => [],
  streamError: () => '',
};

function readTexts(body: JsonObject): Asked | Malformed {
  const texts = requestsOf(body).map(textOf);
  if (texts.length === 0 || texts.includes(''))
    return { malformed: '* EmbedContentRequest.content: contents is not specified' };
  const messages = texts.map((text) => ({
    role: 'user' as const,
    text,
    toolCalls: [],
    toolResults: [],
  }));
  return { ...askedFrom({ body, system: '', messages, tools: [], maxTokens: [] }), stream: false };
}

function embeddings({ body }: Answer): object {
  const made = requestsOf(body).map((request) => ({
    values: vectorOf(
      textOf(request),
      Math.min(asNumber(request['outputDimensionality']) ?? 8, 4096),
    ),
  }));
  return body['requests'] === undefined ? { embedding: made[0] } : { embeddings: made };
}

function requestsOf(body: JsonObject): readonly JsonObject[] {
  return body['requests'] === undefined ? [body] : asList(body['requests']).map(asObject);
}

function textOf(request: JsonObject): string {
  return contentText(asObject(request['content'])['parts']);
}
