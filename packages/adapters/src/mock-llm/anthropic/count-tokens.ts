import type { Anthropic } from '@anthropic-ai/sdk';
import { aboutModel, type Endpoint } from '../endpoint.ts';
import { readCounted } from './read-messages.ts';
import { anthropicWire } from './wire.ts';

/** `POST /v1/messages/count_tokens`: counts a request as its reply would. */
export const countTokens: Endpoint = {
  wire: anthropicWire,
  answer(question) {
    const asked = readCounted(question.body);
    if ('malformed' in asked)
      return { kind: 'refused', failure: { status: 400, message: asked.malformed } };
    return aboutModel(question, anthropicWire, asked.model, () => {
      const count: Anthropic.MessageTokensCount = { input_tokens: asked.inputTokens };
      return count;
    });
  },
};
