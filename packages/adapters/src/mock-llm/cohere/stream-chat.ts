import type { JsonObject } from '@overseer/core/spec';
import type { Answer } from '../answer.ts';
import { type Frame, sseFrame } from '../frame.ts';
import { textPieces } from '../pieces.ts';
import { tokenPieces } from '../tokens.ts';
import { chancesOf, finishReason, isPlan, toolCall, usageOf } from './message.ts';

/** A chat as its events, which are named both in the event and in its data. */
export function* streamChat(answer: Answer): Iterable<Frame> {
  const { n, reasoning, text } = answer;
  const empty = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] };
  yield event('message-start', { id: `chat_${n}`, ...message(empty) });
  if (reasoning !== '' && isPlan(answer)) yield* plan(reasoning);
  let index = 0;
  if (reasoning !== '' && !isPlan(answer))
    yield* block(index++, 'thinking', tokenPieces(reasoning));
  const chances = answer.logprobs === undefined ? undefined : chancesOf;
  if (text !== '') yield* block(index, 'text', textPieces(answer), chances);
  for (const call of answer.toolCalls.keys()) yield* callEvents(answer, call);
  const delta = { finish_reason: finishReason(answer), usage: usageOf(answer) };
  yield event('message-end', { id: `chat_${n}`, delta }, 'closing');
}

function* plan(text: string): Iterable<Frame> {
  for (const tool_plan of tokenPieces(text))
    yield event('tool-plan-delta', message({ tool_plan }), 'token');
}

function* block(
  index: number,
  type: 'text' | 'thinking',
  pieces: Iterable<string>,
  chances?: typeof chancesOf,
): Iterable<Frame> {
  yield event('content-start', { index, ...message({ content: { type, [type]: '' } }) });
  for (const piece of pieces) {
    const logprobs = chances?.(piece)[0];
    const said = { index, ...message({ content: { [type]: piece } }) };
    yield event('content-delta', { ...said, ...(logprobs && { logprobs }) }, 'token');
  }
  yield event('content-end', { index });
}

function* callEvents(answer: Answer, index: number): Iterable<Frame> {
  const start = { index, ...message({ tool_calls: toolCall(answer, index, '') }) };
  yield event('tool-call-start', start);
  for (const piece of tokenPieces(answer.toolCalls[index]?.arguments ?? '')) {
    const written = message({ tool_calls: { function: { arguments: piece } } });
    yield event('tool-call-delta', { index, ...written }, 'token');
  }
  yield event('tool-call-end', { index });
}

function message(fields: JsonObject): JsonObject {
  return { delta: { message: fields } };
}

function event(type: string, fields: JsonObject, kind: Frame['kind'] = 'framing'): Frame {
  return sseFrame({ type, ...fields }, kind, type);
}
