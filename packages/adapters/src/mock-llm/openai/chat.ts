import type OpenAI from 'openai';
import { type Answer, choicesOf } from '../answer.ts';
import { callIdOf } from '../call-id.ts';
import type { Dialect } from '../dialect.ts';
import { sseFrame } from '../frame.ts';
import { chatLogprobs } from './chat-logprobs.ts';
import { FINISH_REASONS } from './finish-reasons.ts';
import { readChat } from './read-chat.ts';
import { streamChat } from './stream-chat.ts';
import { chatUsage } from './usage.ts';
import { openaiWire } from './wire.ts';

/** OpenAI chat completions: `POST /v1/chat/completions`, which most other servers speak too. */
export const openaiChat: Dialect = {
  name: 'openai-chat',
  wire: openaiWire,
  read: readChat,
  whole: chatCompletion,
  stream: streamChat,
  streamError: (requestId) =>
    sseFrame(openaiWire.error(openaiWire.breakdown, requestId), 'framing').text,
};

function chatCompletion(answer: Answer): OpenAI.ChatCompletion {
  const { n, model } = answer;
  return {
    id: `chatcmpl-${n}`,
    object: 'chat.completion',
    created: Math.floor(answer.createdAt / 1000),
    model,
    service_tier: 'default',
    system_fingerprint: 'fp_mock',
    choices: choicesOf(answer).map(choiceObject),
    usage: chatUsage(answer.usage),
  };
}

function choiceObject(answer: Answer): OpenAI.ChatCompletion.Choice {
  const { choice, text, toolCalls, finish } = answer;
  return {
    index: choice,
    logprobs: chatLogprobs(answer, text),
    finish_reason: FINISH_REASONS[finish],
    message: {
      role: 'assistant',
      content: text === '' && toolCalls.length > 0 ? null : text,
      refusal: null,
      annotations: [],
      ...reasoningOf(answer),
      ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls.map(functionCall(answer)) }),
    },
  };
}

/** OpenAI keeps its reasoning to itself; servers that show it do so in this field. */
function reasoningOf({ reasoning }: Answer): { readonly reasoning_content?: string } {
  return reasoning === '' ? {} : { reasoning_content: reasoning };
}

function functionCall(
  answer: Answer,
): (
  call: Answer['toolCalls'][number],
  index: number,
) => OpenAI.ChatCompletionMessageFunctionToolCall {
  return (call, index) => ({
    id: callIdOf(answer, index, 'call') ?? '',
    type: 'function',
    function: call,
  });
}
