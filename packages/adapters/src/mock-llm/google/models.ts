import type { ModelEntry } from '../catalogue.ts';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { googleWire } from './wire.ts';

/** `GET /v1/models` with Google's key header: every model on one page. */
export const listGoogleModels: Endpoint = {
  wire: googleWire,
  answer: ({ catalogue }) => ({
    kind: 'told',
    body: { models: catalogue.list().map(modelInfo) },
  }),
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
