import type OpenAI from 'openai';
import type { Answer } from '../answer.ts';
import type { Dialect } from '../dialect.ts';
import { sseFrame } from '../frame.ts';
import { readResponses } from './read-responses.ts';
import { functionCallItem, messageItem, reasoningItem } from './response-items.ts';
import { responseObject, responseStatus } from './response-object.ts';
import { streamResponses } from './stream-responses.ts';
import { openaiWire } from './wire.ts';

/** OpenAI responses: `POST /v1/responses`. Keeps no state, so `previous_response_id` is not resolved. */
export const openaiResponses: Dialect = {
  name: 'openai-responses',
  wire: openaiWire,
  read: readResponses,
  whole: (answer) => responseObject(answer, responseStatus(answer), outputItems(answer)),
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
