import type { Anthropic } from '@anthropic-ai/sdk';
import type { ModelEntry } from '../catalogue.ts';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { pageBy } from './page-by.ts';
import { anthropicWire } from './wire.ts';

/** `GET /v1/models` with Anthropic's version header, in pages of 20 where nobody says otherwise. */
export const listAnthropicModels: Endpoint = {
  wire: anthropicWire,
  answer({ catalogue, query }) {
    const { page: data, hasMore: has_more } = pageBy(catalogue.list().map(modelInfo), query);
    const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    return { kind: 'told', body: { data, has_more, ...ends } };
  },
};

/** `GET /v1/models/{id}` with Anthropic's version header. */
export const getAnthropicModel: Endpoint = {
  wire: anthropicWire,
  answer: (question) => aboutModel(question, anthropicWire, question.id, modelInfo),
};

function modelInfo({ model }: ModelEntry): Anthropic.ModelInfo {
  return {
    id: model.id,
    type: 'model',
    display_name: model.id,
    created_at: '2026-01-01T00:00:00Z',
    capabilities: null,
    lifecycle: 'active',
    line: null,
    max_input_tokens: model.contextWindow ?? 200_000,
    max_tokens: 64_000,
    deprecated_at: null,
    retires_at: null,
  };
}
