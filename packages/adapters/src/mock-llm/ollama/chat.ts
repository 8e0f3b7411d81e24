import type { Json } from '@overseer/core/spec';
import type { ChatResponse, Message } from 'ollama';
import type { Answer } from '../answer.ts';
import { callIdOf } from '../call-id.ts';
import type { Dialect } from '../dialect.ts';
import type { Frame } from '../frame.ts';
import { parsedOr } from '../json-reader.ts';
import { textPieces } from '../pieces.ts';
import { tokenPieces } from '../tokens.ts';
import { fitWindow } from './fit-window.ts';
import {
  chancesOf,
  type Dated,
  isShown,
  lineFrame,
  MALFORMED,
  metricsOf,
  NDJSON,
  opening,
} from './lines.ts';
import { loadOrder } from './load-order.ts';
import { readChat } from './read-chat.ts';
import { ollamaWire } from './wire.ts';

/** Ollama's own chat: `POST /api/chat`, one JSON document a line. */
export const ollamaChat: Dialect = {
  name: 'ollama-chat',
  wire: ollamaWire,
  streamType: NDJSON,
  malformed: MALFORMED,
  read: readChat,
  fit: fitWindow,
  order: (question) => loadOrder(question, { message: { role: 'assistant', content: '' } }),
  whole: wholeChat,
  stream: streamChat,
  streamError: (requestId) =>
    lineFrame(ollamaWire.error(ollamaWire.breakdown, requestId), 'framing').text,
};

function wholeChat(answer: Answer): Dated<ChatResponse> {
  const message: WiredMessage = {
    role: 'assistant',
    content: answer.text,
    ...(isShown(answer) ? { thinking: answer.reasoning } : {}),
    ...(answer.toolCalls.length === 0
      ? {}
      : { tool_calls: answer.toolCalls.map(toolCall(answer)) }),
  };
  const chances = chancesOf(answer, answer.text);
  return { ...opening(answer), message, done: true, ...metricsOf(answer), ...chances };
}

function* streamChat(answer: Answer): Iterable<Frame> {
  const line = (part: Partial<WiredMessage>): Frame => {
    const message: WiredMessage = { role: 'assistant', content: '', ...part };
    const chances = part.content === undefined ? {} : chancesOf(answer, part.content);
    return lineFrame({ ...opening(answer), message, done: false, ...chances }, 'token');
  };
  if (isShown(answer)) {
    for (const thinking of tokenPieces(answer.reasoning)) yield line({ thinking });
  }
  for (const content of textPieces(answer)) yield line({ content });
  for (const tool_calls of answer.toolCalls.map(toolCall(answer))) {
    yield line({ tool_calls: [tool_calls] });
  }
  const message: WiredMessage = { role: 'assistant', content: '' };
  yield lineFrame({ ...opening(answer), message, done: true, ...metricsOf(answer) }, 'closing');
}

/** Servers since 0.12 name tool calls, which the client's types do not know. */
type WiredMessage = Omit<Message, 'tool_calls'> & { tool_calls?: WiredToolCall[] };

interface WiredToolCall {
  readonly id?: string;
  readonly function: {
    readonly index: number;
    readonly name: string;
    readonly arguments: { [key: string]: Json };
  };
}

function toolCall(answer: Answer) {
  return (call: Answer['toolCalls'][number], index: number): WiredToolCall => {
    const id = callIdOf(answer, index, 'call');
    return {
      ...(id === undefined ? {} : { id }),
      function: {
        index,
        name: call.name,
        arguments: parsedOr(call.arguments) as { [key: string]: Json },
      },
    };
  };
}
