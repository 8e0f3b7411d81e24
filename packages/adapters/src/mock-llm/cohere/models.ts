import type { ModelEntry } from '../catalogue.ts';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { cohereWire } from './wire.ts';

/** `GET /v1/models` with one of Cohere's headers: every model on one page. */
export const listCohereModels: Endpoint = {
  wire: cohereWire,
  answer: ({ catalogue }) => ({
    kind: 'told',
    body: { models: catalogue.list().map(modelInfo) },
  }),
};

/** `GET /v1/models/{id}` with one of Cohere's headers. */
export const getCohereModel: Endpoint = {
  wire: cohereWire,
  answer: (question) => aboutModel(question, cohereWire, question.id, modelInfo),
};

function modelInfo({ model }: ModelEntry): object {
  return {
    name: model.id,
    is_deprecated: false,
    endpoints: ['chat', 'generate', 'summarize'],
    finetuned: false,
    context_length: model.contextWindow ?? 200_000,
    tokenizer_url: '',
    default_endpoints: [],
    features: ['json_mode', 'json_schema', 'safety_modes', 'tools', 'strict_tools', 'tool_choice'],
    sampling_defaults: { temperature: 0.3, k: 0, p: 0.75 },
  };
}
