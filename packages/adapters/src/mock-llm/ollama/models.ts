import type { ModelEntry } from '../catalogue.ts';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { asText } from '../json-reader.ts';
import { forgetExpired } from '../memory.ts';
import { CAPABILITIES } from './fit-window.ts';
import { plainName, taggedName } from './names.ts';
import { ollamaWire } from './wire.ts';

/** `GET /api/tags`: the models on disk. */
export const listOllama: Endpoint = {
  wire: ollamaWire,
  answer: ({ catalogue }) => ({
    kind: 'told',
    body: {
      models: catalogue
        .list()
        .map((entry) => ({ ...modelObject(entry), modified_at: MODIFIED_AT })),
    },
  }),
};

/** `GET /api/ps`: the models in memory. */
export const psOllama: Endpoint = {
  wire: ollamaWire,
  answer({ catalogue, now }) {
    forgetExpired(catalogue, now);
    const loaded = catalogue.list().filter(({ instances }) => instances.length > 0);
    const models = loaded.map((entry) => ({
      ...modelObject(entry),
      expires_at: new Date(Math.min(entry.expiresAt, now + FIVE_MINUTES_MS)).toISOString(),
      size_vram: 0,
      context_length: entry.window ?? Math.min(4096, longestOf(entry)),
    }));
    return { kind: 'told', body: { models } };
  },
};

/** `POST /api/show`: one model's window and what it can do. */
export const showOllama: Endpoint = {
  wire: ollamaWire,
  answer: (question) => {
    const id = plainName(asText(question.body['model']));
    return aboutModel(question, ollamaWire, id, (entry) => ({
      details: DETAILS,
      model_info: { 'general.architecture': 'mock', 'mock.context_length': longestOf(entry) },
      capabilities: entry.model.capabilities ?? CAPABILITIES,
      modified_at: MODIFIED_AT,
    }));
  },
};

/** `GET /api/version`. */
export const versionOllama: Endpoint = {
  wire: ollamaWire,
  answer: () => ({ kind: 'told', body: { version: '0.13.0' } }),
};

const MODIFIED_AT = '2026-01-01T00:00:00Z';
const FIVE_MINUTES_MS = 300_000;

const DETAILS = {
  parent_model: '',
  format: 'gguf',
  family: 'mock',
  families: ['mock'],
  parameter_size: '1B',
  quantization_level: 'Q4_K_M',
};

function modelObject({ model }: ModelEntry): object {
  const name = taggedName(model.id);
  return { name, model: name, size: 1_000_000_000, digest: 'mock', details: DETAILS };
}

function longestOf({ model }: ModelEntry): number {
  return model.contextWindow ?? 200_000;
}
