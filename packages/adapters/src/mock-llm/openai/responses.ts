import type { Json, JsonObject } from '@overseer/core/spec';
import type OpenAI from 'openai';
import type { Answer } from '../answer.ts';
import type { Dialect } from '../dialect.ts';
import { sseFrame } from '../frame.ts';
import { asText } from '../json-reader.ts';
import { itemsOf, withInput } from '../memory-of-responses.ts';
import type { Failure } from '../wire.ts';
import { readResponses } from './read-responses.ts';
import { functionCallItem, messageItem, reasoningItem } from './response-items.ts';
import {
  responseId,
  responseObject,
  responseStatus,
  type WiredResponse,
} from './response-object.ts';
import { streamResponses } from './stream-responses.ts';
import { openaiWire } from './wire.ts';

/** OpenAI responses: `POST /v1/responses`. Keeps the newest 1,000 that it is not told not to, so that `previous_response_id` goes on from one. */
export const openaiResponses: Dialect = {
  name: 'openai-responses',
  wire: openaiWire,
  read: readResponses,
  recall(body, memory) {
    const id = asText(body['previous_response_id']);
    if (id === '') return body;
    const before = memory.get(id);
    return before === undefined
      ? gone(id)
      : withInput(body, [...before.conversation, ...itemsOf(body['input'])]);
  },
  keep(answer, asked, memory) {
    if (asked['store'] === false) return;
    const response = wholeOf(answer) as unknown as JsonObject;
    const output = response['output'] as readonly Json[];
    const input = itemsOf(answer.body['input']);
    const conversation = [...itemsOf(asked['input']), ...output];
    memory.keep(responseId(answer), { conversation, input, response });
  },
  whole: wholeOf,
  stream: streamResponses,
  streamError: () => {
    const { message } = openaiWire.breakdown;
    const event: Omit<OpenAI.Responses.ResponseErrorEvent, 'sequence_number'> = {
      type: 'error',
      code: 'server_error',
      message,
      param: null,
    };
    return sseFrame(event, 'framing', 'error').text;
  },
};

function wholeOf(answer: Answer): WiredResponse {
  return responseObject(answer, responseStatus(answer), outputItems(answer));
}

function gone(id: string): Failure {
  return {
    status: 400,
    message: `Previous response with id '${id}' not found.`,
    code: 'previous_response_not_found',
    param: 'previous_response_id',
  };
}

function outputItems(answer: Answer): OpenAI.Responses.ResponseOutputItem[] {
  const reasoned = answer.reasoning === '' ? 0 : 1;
  const spoke = answer.text === '' ? 0 : 1;
  return [
    ...(reasoned === 0 ? [] : [reasoningItem(answer, 0)]),
    ...(spoke === 0 ? [] : [messageItem(answer, reasoned)]),
    ...answer.toolCalls.map((_, index) =>
      functionCallItem(answer, reasoned + spoke + index, index),
    ),
  ];
}
