import type { Json, JsonObject } from '@overseer/core/spec';
import type { Answer } from '../answer.ts';
import { type Asked, askedFrom, type Malformed } from '../asked.ts';
import type { Dialect } from '../dialect.ts';
import { asList, asNumber, asObject, asText } from '../json-reader.ts';
import { base64Of, vectorOf } from '../vector.ts';
import { cohereWire } from './wire.ts';

/** Cohere's embeddings: `POST /v2/embed`, of texts, of images or of both, in each type that is asked for. */
export const cohereEmbeddings: Dialect = {
  name: 'cohere-embeddings',
  wire: cohereWire,
  read: readInputs,
  whole: embeddings,
  stream: () => [],
  streamError: () => '',
};

function readInputs(body: JsonObject): Asked | Malformed {
  if (asText(body['model']) === '') return { malformed: 'model is required', param: 'model' };
  if (asText(body['input_type']) === '')
    return { malformed: 'invalid request: input_type is required', param: 'input_type' };
  const unknown = typesOf(body).find((type) => !Object.hasOwn(FORMS, type));
  if (unknown !== undefined)
    return { malformed: `invalid request: embedding_types has no '${unknown}'` };
  const inputs = inputsOf(body);
  if (inputs.length === 0 || inputs.length > 96)
    return { malformed: 'invalid request: texts must have between 1 and 96 elements' };
  const messages = textsOf(body).map((text) => ({
    role: 'user' as const,
    text,
    toolCalls: [],
    toolResults: [],
  }));
  return { ...askedFrom({ body, system: '', messages, tools: [], maxTokens: [] }), stream: false };
}

function embeddings({ body, n, usage }: Answer): object {
  const length = Math.min(asNumber(body['output_dimension']) ?? 8, 4096);
  const vectors = inputsOf(body).map((input) => vectorOf(input, length));
  const made = typesOf(body).map((type) => [type, vectors.map((one) => FORMS[type]?.(one))]);
  return {
    id: `embed_${n}`,
    embeddings: Object.fromEntries(made),
    texts: textsOf(body),
    meta: { api_version: { version: '2' }, billed_units: { input_tokens: usage.input } },
    response_type: 'embeddings_by_type',
  };
}

/** How a vector looks in each type. */
const FORMS: Readonly<Record<string, (vector: readonly number[]) => readonly number[] | string>> = {
  float: (vector) => vector,
  int8: (vector) => vector.map(toInt8),
  uint8: (vector) => vector.map((value) => toInt8(value) + 128),
  binary: (vector) => bytesOf(vector).map((byte) => byte - 128),
  ubinary: bytesOf,
  base64: base64Of,
};

function toInt8(value: number): number {
  return Math.max(-128, Math.min(127, Math.round(value * 127)));
}

/** Eight values a byte, one bit each: whether it is above 0. */
function bytesOf(vector: readonly number[]): readonly number[] {
  return Array.from({ length: Math.ceil(vector.length / 8) }, (_, byte) =>
    vector
      .slice(byte * 8, byte * 8 + 8)
      .reduce((bits, value, at) => bits | (value > 0 ? 128 >> at : 0), 0),
  );
}

function typesOf(body: JsonObject): readonly string[] {
  const types = asList(body['embedding_types']).map(asText);
  return types.length === 0 ? ['float'] : types;
}

function textsOf(body: JsonObject): readonly string[] {
  return asList(body['texts']).map(asText);
}

/** What each vector is of: a text, an image by its address, or a mix of both. */
function inputsOf(body: JsonObject): readonly string[] {
  return [
    ...textsOf(body),
    ...asList(body['images']).map(asText),
    ...asList(body['inputs']).map(mixText),
  ];
}

function mixText(input: Json): string {
  return asList(asObject(input)['content'])
    .map(asObject)
    .map(({ text, image_url: image }) => asText(text) || asText(asObject(image)['url']))
    .join('');
}
