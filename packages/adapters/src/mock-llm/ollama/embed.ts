import { aboutModel, type Endpoint } from '../endpoint.ts';
import { asList, asNumber, asText } from '../json-reader.ts';
import { vectorOf } from '../openai/embeddings.ts';
import { tokensOf } from '../tokens.ts';
import { plainName } from './names.ts';
import { ollamaWire } from './wire.ts';

/** `POST /api/embed`: the vectors of OpenAI's dialect. */
export const embedOllama: Endpoint = {
  wire: ollamaWire,
  answer: (question) => {
    const { body } = question;
    const { input } = body;
    const texts = typeof input === 'string' ? [input] : asList(input).map(asText);
    const length = Math.min(asNumber(body['dimensions']) ?? 8, 4096);
    return aboutModel(question, ollamaWire, plainName(asText(body['model'])), () => ({
      model: asText(body['model']),
      embeddings: texts.map((text) => vectorOf(text, length)),
      total_duration: 1,
      load_duration: 1,
      prompt_eval_count: tokensOf(texts.join('').length),
    }));
  },
};
