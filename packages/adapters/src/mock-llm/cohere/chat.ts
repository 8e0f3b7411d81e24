import type { JsonObject } from '@overseer/core/spec';
import type { Answer } from '../answer.ts';
import type { Dialect } from '../dialect.ts';
import { sseFrame } from '../frame.ts';
import { chancesOf, finishReason, isPlan, toolCall, usageOf } from './message.ts';
import { readChat } from './read-chat.ts';
import { streamChat } from './stream-chat.ts';
import { cohereWire } from './wire.ts';

/** Cohere's chat: `POST /v2/chat`. What goes wrong in the middle of a stream is told in its last event. */
export const cohereChat: Dialect = {
  name: 'cohere-chat',
  wire: cohereWire,
  read: readChat,
  whole: (answer) => ({
    id: `chat_${answer.n}`,
    finish_reason: finishReason(answer),
    message: messageOf(answer),
    usage: usageOf(answer),
    ...(answer.logprobs === undefined ? {} : { logprobs: chancesOf(answer.text) }),
  }),
  stream: streamChat,
  streamError: (requestId) => {
    const delta = { error: cohereWire.breakdown.message, finish_reason: 'ERROR' };
    const event = { type: 'message-end', id: requestId, delta };
    return sseFrame(event, 'framing', 'message-end').text;
  },
};

function messageOf(answer: Answer): JsonObject {
  const { reasoning, text, toolCalls } = answer;
  const content = [
    ...(reasoning === '' || isPlan(answer) ? [] : [{ type: 'thinking', thinking: reasoning }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
  ];
  return {
    role: 'assistant',
    ...(content.length === 0 ? {} : { content }),
    ...(reasoning !== '' && isPlan(answer) ? { tool_plan: reasoning } : {}),
    ...(toolCalls.length === 0
      ? {}
      : { tool_calls: toolCalls.map((_, index) => toolCall(answer, index)) }),
  };
}
