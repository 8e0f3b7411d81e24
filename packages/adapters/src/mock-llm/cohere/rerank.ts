import type { Json } from '@overseer/core/spec';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { asList, asNumber, asObject, asText } from '../json-reader.ts';
import { rank } from '../rerank.ts';
import { cohereWire } from './wire.ts';

/** `POST /v2/rerank`. */
export const cohereRerank: Endpoint = rerankOf('2');

/** `POST /v1/rerank`, which sends documents back where that is asked. */
export const cohereRerankV1: Endpoint = rerankOf('1');

function rerankOf(version: '1' | '2'): Endpoint {
  return {
    wire: cohereWire,
    answer(question) {
      const { body, now } = question;
      const query = asText(body['query']);
      const documents = asList(body['documents']).map(documentText);
      if (query === '' || documents.length === 0) {
        const message = `invalid request: ${query === '' ? 'query' : 'documents'} must not be empty`;
        return { kind: 'refused', failure: { status: 400, message } };
      }
      const withDocuments = version === '1' && body['return_documents'] === true;
      const model = asText(body['model']);
      return aboutModel(question, cohereWire, model, () => ({
        id: `rerank_${now}`,
        results: rank(query, documents, asNumber(body['top_n'])).map((one) => ({
          ...one,
          ...(withDocuments ? { document: { text: documents[one.index] } } : {}),
        })),
        meta: { api_version: { version }, billed_units: { search_units: 1 } },
      }));
    },
  };
}

/** A text, or in the first version an object with one. */
function documentText(document: Json): string {
  return asText(document) || asText(asObject(document)['text']);
}
