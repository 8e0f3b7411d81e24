import type { Anthropic } from '@anthropic-ai/sdk';
import type { Answer } from '../answer.ts';
import { type Frame, sseFrame } from '../frame.ts';
import { textPieces } from '../pieces.ts';
import { tokenPieces } from '../tokens.ts';
import { textBlock, thinkingBlock, toolUseBlock } from './blocks.ts';
import { deltaUsage, messageOf, stopDetails, stopReason, usageOf } from './message.ts';

/** A message as its events. Usage comes twice: the input's at the start, the whole with the stop reason. */
export function* streamMessages(answer: Answer): Iterable<Frame> {
  const usage = usageOf(answer);
  const message: Anthropic.Message = {
    ...messageOf(answer, []),
    stop_reason: null,
    stop_details: null,
    usage: { ...usage, output_tokens: 1, output_tokens_details: null },
  };
  yield event({ type: 'message_start', message });
  yield sseFrame({ type: 'ping' }, 'framing', 'ping');
  let index = 0;
  if (answer.reasoning !== '') yield* thinkingEvents(answer, index++);
  if (answer.text !== '') yield* textEvents(answer, index++);
  for (const call of answer.toolCalls.keys()) yield* toolEvents(answer, index++, call);
  const stop_reason = stopReason(answer);
  const stop_sequence = answer.stoppedBy ?? null;
  const delta = {
    stop_reason,
    stop_sequence,
    stop_details: stopDetails(answer),
    container: null,
  };
  yield event({ type: 'message_delta', delta, usage: deltaUsage(usage) }, 'closing');
  yield event({ type: 'message_stop' }, 'closing');
}

function* thinkingEvents(answer: Answer, index: number): Iterable<Frame> {
  const block = thinkingBlock(answer);
  const content_block = { ...block, thinking: '', signature: '' };
  yield event({ type: 'content_block_start', index, content_block });
  for (const thinking of tokenPieces(block.thinking))
    yield delta(index, { type: 'thinking_delta', thinking }, 'token');
  yield delta(index, { type: 'signature_delta', signature: block.signature });
  yield event({ type: 'content_block_stop', index });
}

function* textEvents(answer: Answer, index: number): Iterable<Frame> {
  yield event({ type: 'content_block_start', index, content_block: textBlock('') });
  for (const text of textPieces(answer)) yield delta(index, { type: 'text_delta', text }, 'token');
  yield event({ type: 'content_block_stop', index });
}

function* toolEvents(answer: Answer, index: number, call: number): Iterable<Frame> {
  const content_block = { ...toolUseBlock(answer, call), input: {} };
  yield event({ type: 'content_block_start', index, content_block });
  yield delta(index, { type: 'input_json_delta', partial_json: '' });
  for (const partial_json of tokenPieces(answer.toolCalls[call]?.arguments ?? ''))
    yield delta(index, { type: 'input_json_delta', partial_json }, 'token');
  yield event({ type: 'content_block_stop', index });
}

function delta(
  index: number,
  piece: Anthropic.RawContentBlockDelta,
  kind: Frame['kind'] = 'framing',
): Frame {
  return event({ type: 'content_block_delta', index, delta: piece }, kind);
}

function event(value: Anthropic.RawMessageStreamEvent, kind: Frame['kind'] = 'framing'): Frame {
  return sseFrame(value, kind, value.type);
}
