import type { JsonObject } from '@overseer/core/spec';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { asList, asNumber, asText } from '../json-reader.ts';
import { tokensOf } from '../tokens.ts';
import { vectorOf } from '../vector.ts';
import { plainName } from './names.ts';
import { ollamaWire } from './wire.ts';

/** `POST /api/embed`: the vectors of OpenAI's dialect. */
export const embedOllama: Endpoint = {
  wire: ollamaWire,
  answer: (question) => {
    const { body } = question;
    const texts = textsOf(body);
    if (texts === undefined)
      return { kind: 'refused', failure: { status: 400, message: 'invalid input type' } };
    const length = Math.min(asNumber(body['dimensions']) ?? DIMENSIONS, 4096);
    return aboutModel(question, ollamaWire, plainName(asText(body['model'])), () => ({
      model: asText(body['model']),
      embeddings: texts.map((text) => vectorOf(text, length)),
      total_duration: 1,
      load_duration: 1,
      prompt_eval_count: tokensOf(texts.join('').length),
    }));
  },
};

/** `POST /api/embeddings`, which came before it: one prompt. An empty one has no vector. */
export const embedOneOllama: Endpoint = {
  wire: ollamaWire,
  answer: (question) => {
    const prompt = asText(question.body['prompt']);
    return aboutModel(question, ollamaWire, plainName(asText(question.body['model'])), () => ({
      embedding: prompt === '' ? [] : vectorOf(prompt, DIMENSIONS),
    }));
  },
};

const DIMENSIONS = 8;

/** One text or several; none where there is no input, or an empty one. */
function textsOf({ input }: JsonObject): readonly string[] | undefined {
  if (typeof input === 'string') return input === '' ? [] : [input];
  if (input === undefined || input === null) return [];
  const isTexts = Array.isArray(input) && input.every((item) => typeof item === 'string');
  return isTexts ? asList(input).map(asText) : undefined;
}
