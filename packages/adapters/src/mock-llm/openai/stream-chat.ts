import type OpenAI from 'openai';
import { type Answer, choicesOf } from '../answer.ts';
import { callIdOf } from '../call-id.ts';
import { type Frame, sseFrame } from '../frame.ts';
import { asObject } from '../json-reader.ts';
import { inTurns, textPieces } from '../pieces.ts';
import { tokenPieces } from '../tokens.ts';
import { chatLogprobs } from './chat-logprobs.ts';
import { FINISH_REASONS } from './finish-reasons.ts';
import { chatUsage } from './usage.ts';

/** A chat completion as chunks. Usage comes only where it was asked for, in a last chunk that has no choice. */
export function* streamChat(answer: Answer): Iterable<Frame> {
  const withUsage = asObject(answer.body['stream_options'])['include_usage'] === true;
  const head = chunkHead(answer);
  const steps = choicesOf(answer).map(choiceSteps);
  for (const { kind, choice, delta, finish = null } of inTurns(steps)) {
    const logprobs = delta.content ? chatLogprobs(answer, delta.content) : null;
    const choices = [{ index: choice, delta, logprobs, finish_reason: finish }];
    const value: OpenAI.ChatCompletionChunk = {
      ...head,
      choices,
      ...(withUsage ? { usage: null } : {}),
    };
    yield sseFrame(value, kind);
  }
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

/** One chunk of one choice. */
interface Step {
  readonly kind: Frame['kind'];
  readonly choice: number;
  readonly delta: Delta;
  readonly finish?: Finish;
}

function* choiceSteps(answer: Answer): Generator<Step> {
  const { choice, finish } = answer;
  yield { kind: 'framing', choice, delta: { role: 'assistant', content: '', refusal: null } };
  for (const delta of contentDeltas(answer)) yield { kind: 'token', choice, delta };
  for (const [kind, delta] of toolDeltas(answer)) yield { kind, choice, delta };
  yield { kind: 'closing', choice, delta: {}, finish: FINISH_REASONS[finish] };
}

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
