import type OpenAI from 'openai';
import type { Answer } from '../answer.ts';
import { type Frame, sseFrame } from '../frame.ts';
import { textPieces } from '../pieces.ts';
import { tokenPieces } from '../tokens.ts';
import {
  functionCallItem,
  messageItem,
  outputText,
  reasoningItem,
  responseLogprobs,
} from './response-items.ts';
import { responseObject, responseStatus } from './response-object.ts';

/** A response as its named events, numbered from 0. */
export function* streamResponses(answer: Answer): Iterable<Frame> {
  let sequence = 0;
  for (const { kind, event } of responseEvents(answer))
    yield sseFrame({ ...event, sequence_number: sequence++ }, kind, event.type);
}

/** An event before it is numbered. The SDK's types for a whole response are wider than the wire. */
interface Step {
  readonly kind: Frame['kind'];
  readonly event: Unnumbered | { readonly type: Whole; readonly response: object };
}

type Item = OpenAI.Responses.ResponseOutputItem;
type Whole =
  | 'response.created'
  | 'response.in_progress'
  | 'response.completed'
  | 'response.incomplete';
type Unnumbered = DistributiveOmit<
  Exclude<OpenAI.Responses.ResponseStreamEvent, { type: Whole }>,
  'sequence_number'
>;
/** Conditional so that it applies to each member of the union by itself. */
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function* responseEvents(answer: Answer): Iterable<Step> {
  const response = responseObject(answer, 'in_progress', []);
  yield framing({ type: 'response.created', response });
  yield framing({ type: 'response.in_progress', response });
  const output: Item[] = [];
  if (answer.reasoning !== '') output.push(yield* reasoningEvents(answer, output.length));
  if (answer.text !== '') output.push(yield* messageEvents(answer, output.length));
  for (const index of answer.toolCalls.keys())
    output.push(yield* callEvents(answer, output.length, index));
  const status = responseStatus(answer);
  const settled = responseObject(answer, status, output);
  yield { kind: 'closing', event: { type: `response.${status}`, response: settled } };
}

function* reasoningEvents(answer: Answer, output_index: number): Generator<Step, Item> {
  const item = reasoningItem(answer, output_index);
  const at = { item_id: item.id, output_index, summary_index: 0 };
  const part = { type: 'summary_text' as const, text: answer.reasoning };
  yield framing({
    type: 'response.output_item.added',
    output_index,
    item: { ...item, summary: [] },
  });
  yield framing({
    type: 'response.reasoning_summary_part.added',
    ...at,
    part: { ...part, text: '' },
  });
  for (const delta of tokenPieces(answer.reasoning))
    yield token({ type: 'response.reasoning_summary_text.delta', ...at, delta });
  yield framing({ type: 'response.reasoning_summary_text.done', ...at, text: part.text });
  yield framing({ type: 'response.reasoning_summary_part.done', ...at, part });
  yield framing({ type: 'response.output_item.done', output_index, item });
  return item;
}

function* messageEvents(answer: Answer, output_index: number): Generator<Step, Item> {
  const item = messageItem(answer, output_index);
  const at = { item_id: item.id, output_index, content_index: 0 };
  const begun: Item = { ...item, status: 'in_progress', content: [] };
  yield framing({ type: 'response.output_item.added', output_index, item: begun });
  yield framing({ type: 'response.content_part.added', ...at, part: outputText('', []) });
  for (const delta of textPieces(answer))
    yield token({
      type: 'response.output_text.delta',
      ...at,
      delta,
      logprobs: responseLogprobs(answer, delta),
    });
  const { text } = answer;
  const logprobs = responseLogprobs(answer, text);
  yield framing({ type: 'response.output_text.done', ...at, text, logprobs });
  yield framing({ type: 'response.content_part.done', ...at, part: outputText(text, logprobs) });
  yield framing({ type: 'response.output_item.done', output_index, item });
  return item;
}

function* callEvents(
  answer: Answer,
  output_index: number,
  callIndex: number,
): Generator<Step, Item> {
  const item = functionCallItem(answer, output_index, callIndex);
  const at = { item_id: item.id, output_index };
  const begun: Item = { ...item, status: 'in_progress', arguments: '' };
  yield framing({ type: 'response.output_item.added', output_index, item: begun });
  for (const delta of tokenPieces(item.arguments))
    yield token({ type: 'response.function_call_arguments.delta', ...at, delta });
  const done = { ...at, arguments: item.arguments };
  yield framing({ type: 'response.function_call_arguments.done', ...done });
  yield framing({ type: 'response.output_item.done', output_index, item });
  return item;
}

function framing(event: Step['event']): Step {
  return { kind: 'framing', event };
}

function token(event: Step['event']): Step {
  return { kind: 'token', event };
}
