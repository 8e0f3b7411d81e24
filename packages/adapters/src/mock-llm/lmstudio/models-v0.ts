import { type ModelEntry, stateOf } from '../catalogue.ts';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { lmstudioWire } from './wire.ts';

/** `GET /api/v0/models`: LM Studio's first own listing, with each model's state. */
export const listV0: Endpoint = {
  wire: lmstudioWire,
  answer: ({ catalogue }) => ({
    kind: 'told',
    body: { object: 'list', data: catalogue.list().map(modelV0) },
  }),
};

/** `GET /api/v0/models/{id}`. */
export const getV0: Endpoint = {
  wire: lmstudioWire,
  answer: (question) => aboutModel(question, lmstudioWire, question.id, modelV0),
};

function modelV0(entry: ModelEntry): object {
  const window = entry.model.contextWindow ?? 200_000;
  const state = stateOf(entry);
  return {
    id: entry.model.id,
    object: 'model',
    type: 'llm',
    publisher: 'mock',
    arch: 'mock',
    compatibility_type: 'gguf',
    quantization: 'Q4_K_M',
    state,
    max_context_length: window,
    ...(state === 'not-loaded' ? {} : { loaded_context_length: entry.window ?? window }),
    capabilities: ['tool_use'],
  };
}
