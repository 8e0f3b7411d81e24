import type OpenAI from 'openai';
import type { ModelEntry } from '../catalogue.ts';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { openaiWire } from './wire.ts';

/** `GET /v1/models`. */
export const listOpenaiModels: Endpoint = {
  wire: openaiWire,
  answer: ({ catalogue }) => ({
    kind: 'told',
    body: { object: 'list', data: catalogue.list().map(modelObject) },
  }),
};

/** `GET /v1/models/{id}`. */
export const getOpenaiModel: Endpoint = {
  wire: openaiWire,
  answer: (question) => aboutModel(question, openaiWire, question.id, modelObject),
};

function modelObject({ model }: ModelEntry): OpenAI.Model {
  return { id: model.id, object: 'model', created: 1_767_225_600, owned_by: 'mock' };
}
