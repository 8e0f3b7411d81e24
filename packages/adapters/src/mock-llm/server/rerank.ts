import { aboutModel, type Endpoint } from '../endpoint.ts';
import { asList, asNumber, asText } from '../json-reader.ts';
import { openaiWire } from '../openai/wire.ts';
import { rank } from '../rerank.ts';
import { tokensOf } from '../tokens.ts';

/** `POST /v1/rerank` and `/rerank` as llama.cpp and vLLM have it. */
export const rerank: Endpoint = {
  wire: openaiWire,
  answer(question) {
    const { body, now } = question;
    const query = asText(body['query']);
    const documents = asList(body['documents']).map(asText);
    if (query === '' || documents.length === 0) {
      const message = '"query" must be a text and "documents" a list of texts, neither empty';
      return { kind: 'refused', failure: { status: 400, message } };
    }
    const model = asText(body['model']);
    return aboutModel(question, openaiWire, model, () => {
      const tokens = tokensOf([query, ...documents].join('').length);
      const ranked = rank(query, documents, asNumber(body['top_n']));
      return {
        id: `rerank-${now}`,
        object: 'list',
        model,
        usage: { prompt_tokens: tokens, total_tokens: tokens },
        results: ranked.map((one) => ({ ...one, document: { text: documents[one.index] } })),
      };
    });
  },
};
