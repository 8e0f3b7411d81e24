import type { ModelEntry } from '../catalogue.ts';
import type { Endpoint } from '../endpoint.ts';
import { lmstudioWire } from './wire.ts';

/** `GET /api/v1/models`: LM Studio's present listing, with the instances that are in memory. */
export const listV1: Endpoint = {
  wire: lmstudioWire,
  answer: ({ catalogue }) => ({
    kind: 'told',
    body: { models: catalogue.list().map(modelV1) },
  }),
};

function modelV1({ model, instances, window }: ModelEntry): object {
  const longest = model.contextWindow ?? 200_000;
  const context_length = window ?? longest;
  return {
    type: 'llm',
    publisher: 'mock',
    key: model.id,
    display_name: model.id,
    architecture: 'mock',
    quantization: { name: 'Q4_K_M', bits_per_weight: 4 },
    size_bytes: 1_000_000_000,
    params_string: '1B',
    loaded_instances: instances.map((id) => ({ id, config: { context_length, parallel: 4 } })),
    max_context_length: longest,
    format: 'gguf',
    capabilities: { vision: false, trained_for_tool_use: true },
    description: null,
  };
}
