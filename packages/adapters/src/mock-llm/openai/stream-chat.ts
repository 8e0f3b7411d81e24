import type OpenAI from 'openai';
import type { Answer } from '../answer.ts';
import { callIdOf } from '../call-id.ts';
import { type Frame, sseFrame } from '../frame.ts';
import { asObject } from '../json-reader.ts';
import { textPieces } from '../pieces.ts';
import { tokenPieces } from '../tokens.ts';
import { chatUsage } from './usage.ts';

/** A chat completion as chunks. Usage comes only where it was asked for, in a last chunk that has no choice. */
export function* streamChat(answer: Answer): Iterable<Frame> {
  const withUsage = asObject(answer.body['stream_options'])['include_usage'] === true;
  const head = chunkHead(answer);
  const chunk = (kind: Frame['kind'], delta: Delta, finish: Finish = null): Frame => {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
    const value: OpenAI.ChatCompletionChunk = {
      ...head,
      choices,
      ...(withUsage ? { usage: null } : {}),
    };
    return sseFrame(value, kind);
  };
  yield chunk('framing', { role: 'assistant', content: '', refusal: null });
  for (const delta of contentDeltas(answer)) yield chunk('token', delta);
  for (const [kind, delta] of toolDeltas(answer)) yield chunk(kind, delta);
  yield chunk('closing', {}, answer.finish === 'tool-calls' ? 'tool_calls' : answer.finish);
  if (withUsage) {
    const last: OpenAI.ChatCompletionChunk = {
      ...head,
      choices: [],
      usage: chatUsage(answer.usage),
    };
    yield sseFrame(last, 'closing');
  }
  yield { text: 'data: [DONE]\n\n', kind: 'closing' };
}

/** `reasoning_content` is no field of OpenAI's own; servers that show reasoning stream it there. */
type Delta = OpenAI.ChatCompletionChunk.Choice.Delta & { readonly reasoning_content?: string };
type Finish = OpenAI.ChatCompletionChunk.Choice['finish_reason'];

function chunkHead(answer: Answer): Omit<OpenAI.ChatCompletionChunk, 'choices'> {
  return {
    id: `chatcmpl-${answer.n}`,
    object: 'chat.completion.chunk',
    created: Math.floor(answer.createdAt / 1000),
    model: answer.model,
    service_tier: 'default',
    system_fingerprint: 'fp_mock',
  };
}

function* contentDeltas(answer: Answer): Iterable<Delta> {
  for (const piece of tokenPieces(answer.reasoning)) yield { reasoning_content: piece };
  for (const piece of textPieces(answer)) yield { content: piece };
}

function* toolDeltas(answer: Answer): Iterable<readonly [Frame['kind'], Delta]> {
  for (const [index, { name, arguments: input }] of answer.toolCalls.entries()) {
    const opening = { name, arguments: '' };
    const id = callIdOf(answer, index, 'call') ?? '';
    yield ['framing', { tool_calls: [{ index, id, type: 'function', function: opening }] }];
    for (const piece of tokenPieces(input))
      yield ['token', { tool_calls: [{ index, function: { arguments: piece } }] }];
  }
}
