import type { Anthropic } from '@anthropic-ai/sdk';
import type { Answer } from '../answer.ts';
import type { Dialect } from '../dialect.ts';
import { sseFrame } from '../frame.ts';
import { textBlock, thinkingBlock, toolUseBlock } from './blocks.ts';
import { messageOf } from './message.ts';
import { readMessages } from './read-messages.ts';
import { streamMessages } from './stream-messages.ts';
import { anthropicWire } from './wire.ts';

/** Anthropic messages: `POST /v1/messages`. */
export const anthropicMessages: Dialect = {
  name: 'anthropic-messages',
  wire: anthropicWire,
  read: readMessages,
  whole: (answer) => messageOf(answer, contentBlocks(answer)),
  stream: streamMessages,
  streamError: (requestId) =>
    sseFrame(anthropicWire.error(anthropicWire.breakdown, requestId), 'framing', 'error').text,
};

function contentBlocks(answer: Answer): Anthropic.ContentBlock[] {
  return [
    ...(answer.reasoning === '' ? [] : [thinkingBlock(answer)]),
    ...(answer.text === '' ? [] : [textBlock(answer.text)]),
    ...answer.toolCalls.map((_, index) => toolUseBlock(answer, index)),
  ];
}
