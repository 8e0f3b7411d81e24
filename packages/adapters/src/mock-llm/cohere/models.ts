import type { ModelEntry } from '../catalogue.ts';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { pageByToken } from '../page.ts';
import { cohereWire } from './wire.ts';

/** `GET /v1/models` with one of Cohere's headers: in pages of 20 where nobody says otherwise, of the `endpoint` that is named. */
export const listCohereModels: Endpoint = {
  wire: cohereWire,
  answer: ({ catalogue, query }) => {
    const wanted = query.get('endpoint');
    const fitting = wanted === null || ENDPOINTS.includes(wanted) ? catalogue.list() : [];
    const limit = Number(query.get('page_size') ?? 20);
    const { page, next } = pageByToken(fitting, limit, query.get('page_token'));
    const more = next === '' ? {} : { next_page_token: next };
    return { kind: 'told', body: { models: page.map(modelInfo), ...more } };
  },
};

/** `GET /v1/models/{id}` with one of Cohere's headers. */
export const getCohereModel: Endpoint = {
  wire: cohereWire,
  answer: (question) => aboutModel(question, cohereWire, question.id, modelInfo),
};

/** What every model can be asked for. */
const ENDPOINTS: readonly string[] = ['chat', 'embed', 'rerank'];

function modelInfo({ model }: ModelEntry): object {
  return {
    name: model.id,
    is_deprecated: false,
    endpoints: ENDPOINTS,
    finetuned: false,
    context_length: model.contextWindow ?? 200_000,
    tokenizer_url: '',
    default_endpoints: [],
    features: ['json_mode', 'json_schema', 'safety_modes', 'tools', 'strict_tools', 'tool_choice'],
    sampling_defaults: { temperature: 0.3, k: 0, p: 0.75 },
  };
}
