import type { ModelEntry } from '../catalogue.ts';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { pageByToken } from '../page.ts';
import { googleWire } from './wire.ts';

/** `GET /v1/models` with Google's key header: in pages of 50 where nobody says otherwise. */
export const listGoogleModels: Endpoint = {
  wire: googleWire,
  answer: ({ catalogue, query }) => {
    const limit = Number(query.get('pageSize') ?? 50);
    const { page, next } = pageByToken(catalogue.list(), limit, query.get('pageToken'));
    const more = next === '' ? {} : { nextPageToken: next };
    return { kind: 'told', body: { models: page.map(modelInfo), ...more } };
  },
};

/** `GET /v1/models/{id}` with Google's key header. */
export const getGoogleModel: Endpoint = {
  wire: googleWire,
  answer: (question) => aboutModel(question, googleWire, question.id, modelInfo),
};

function modelInfo({ model }: ModelEntry): object {
  return {
    name: `models/${model.id}`,
    version: '001',
    displayName: model.id,
    inputTokenLimit: model.contextWindow ?? 200_000,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens', 'createCachedContent'],
    temperature: 1,
    topP: 0.95,
    topK: 64,
    maxTemperature: 2,
    thinking: true,
  };
}
