import type { JsonObject } from '@overseer/core/spec';
import type OpenAI from 'openai';
import type { Answer } from '../answer.ts';
import { type Asked, askedFrom, type Malformed } from '../asked.ts';
import type { Dialect } from '../dialect.ts';
import { asList, asNumber, asText } from '../json-reader.ts';
import { base64Of, vectorOf } from '../vector.ts';
import { wrongNumber } from './check-numbers.ts';
import { openaiWire } from './wire.ts';

/**
 * OpenAI embeddings: `POST /v1/embeddings`. Vectors are of length 1 and a function of the text, so that equal texts are
 * equal and others are not; `dimensions` defaults to 8 and is at most 4,096.
 */
export const openaiEmbeddings: Dialect = {
  name: 'openai-embeddings',
  wire: openaiWire,
  read: readEmbeddings,
  whole: embeddings,
  stream: () => [],
  streamError: () => '',
};

function readEmbeddings(body: JsonObject): Asked | Malformed {
  if (asText(body['model']) === '')
    return { malformed: 'you must provide a model parameter', param: 'model' };
  const wrong = wrongNumber(body, [{ name: 'dimensions', least: 1, isWhole: true }]);
  if (wrong !== undefined) return wrong;
  const texts = inputTexts(body);
  if (texts.length === 0)
    return { malformed: "Invalid 'input': a text or a list of texts is needed.", param: 'input' };
  const messages = texts.map((text) => ({
    role: 'user' as const,
    text,
    toolCalls: [],
    toolResults: [],
  }));
  const asked = askedFrom({ body, system: '', messages, tools: [], maxTokens: [] });
  return { ...asked, stream: false };
}

function embeddings(answer: Answer): object {
  const length = Math.min(asNumber(answer.body['dimensions']) ?? 8, 4096);
  const base64 = answer.body['encoding_format'] === 'base64';
  const data = inputTexts(answer.body).map((text, index) => {
    const vector = vectorOf(text, length);
    const embedding = base64 ? base64Of(vector) : vector;
    return { object: 'embedding' as const, index, embedding };
  });
  const usage = { prompt_tokens: answer.usage.input, total_tokens: answer.usage.input };
  return { object: 'list', data, model: answer.model, usage } satisfies Wired;
}

/** The SDK asks for base64 and decodes it, so its own type knows numbers only. */
type Wired = Omit<OpenAI.CreateEmbeddingResponse, 'data'> & {
  readonly data: readonly (Omit<OpenAI.Embedding, 'embedding'> & {
    readonly embedding: readonly number[] | string;
  })[];
};

/** The input is a text, a list of texts, a list of token ids, or a list of such lists. */
function inputTexts(body: JsonObject): readonly string[] {
  const input = body['input'];
  if (typeof input === 'string') return [input];
  const items = asList(input);
  if (items.length > 0 && items.every((item) => typeof item === 'number'))
    return [JSON.stringify(items)];
  return items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
}
