import type OpenAI from 'openai';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { readResponses } from './read-responses.ts';
import { openaiWire } from './wire.ts';

/** `POST /v1/responses/input_tokens`: counts a request as its reply would. */
export const countInput: Endpoint = {
  wire: openaiWire,
  answer(question) {
    const asked = readResponses(question.body);
    if ('malformed' in asked)
      return { kind: 'refused', failure: { status: 400, message: asked.malformed } };
    return aboutModel(question, openaiWire, asked.model, () => {
      const count: OpenAI.Responses.InputTokenCountResponse = {
        object: 'response.input_tokens',
        input_tokens: asked.inputTokens,
      };
      return count;
    });
  },
};
