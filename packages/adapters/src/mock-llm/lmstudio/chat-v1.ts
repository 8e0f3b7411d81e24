import type { Json, JsonObject } from '@overseer/core/spec';
import type { Answer } from '../answer.ts';
import { type Asked, askedFrom, type Malformed } from '../asked.ts';
import type { Dialect } from '../dialect.ts';
import { type Frame, sseFrame } from '../frame.ts';
import { asList, asObject, asText, parsedOr } from '../json-reader.ts';
import { itemsOf, withInput } from '../memory-of-responses.ts';
import { textPieces } from '../pieces.ts';
import { tokenPieces } from '../tokens.ts';
import { lmstudioWire } from './wire.ts';

/**
 * LM Studio's present own chat, `POST /api/v1/chat`, which keeps conversations and calls tools by itself. After an error in
 * mid-stream comes `chat.end` all the same. Written after its documentation of 2026-04, whose examples its test has; no client of
 * its makers speaks it.
 */
export const lmstudioChatV1: Dialect = {
  name: 'lmstudio-v1-chat',
  wire: lmstudioWire,
  read: readBody,
  whole: (answer) => resultOf(answer, outputOf(answer)),
  stream: streamChat,
  streamError: (requestId, answer) => {
    const error = { type: 'error', ...lmstudioWire.error(lmstudioWire.breakdown, requestId) };
    const end = { type: 'chat.end', result: resultOf(answer, []) };
    return frameOf(error, 'framing').text + frameOf(end, 'framing').text;
  },
  recall(body, memory) {
    const id = asText(body['previous_response_id']);
    if (id === '') return body;
    const before = memory.get(id);
    const message = `No response ${id} is stored.`;
    if (before === undefined) return { status: 400, message, param: 'previous_response_id' };
    return withInput(body, [...before.conversation, ...inputItems(body['input'])]);
  },
  keep(answer, body, memory) {
    if (body['store'] === false) return;
    const said = { role: 'assistant', content: answer.text };
    const input = inputItems(body['input']);
    memory.keep(responseId(answer), { conversation: [...input, said], input, response: {} });
  },
};

function readBody(body: JsonObject): Asked | Malformed {
  if (asText(body['model']) === '') return { malformed: '"model" is required', param: 'model' };
  const items = inputItems(body['input']);
  if (items.length === 0) return { malformed: '"input" is required', param: 'input' };
  if (!items.every(isInput)) {
    const malformed = "Invalid discriminator value. Expected 'text' | 'image'";
    return { malformed, param: 'input' };
  }
  const system = asText(body['system_prompt']);
  const messages = items.map(asObject).map(({ role, content }) => ({
    role: role === 'assistant' ? ('assistant' as const) : ('user' as const),
    text: asText(content),
    toolCalls: [],
    toolResults: [],
  }));
  return askedFrom({ body, system, messages, tools: [], maxTokens: ['max_output_tokens'] });
}

/** What was kept of earlier turns has a role. Texts were `message` in its documentation, and are `text` in its examples. */
function isInput(item: Json): boolean {
  const { role, type, content, data_url: image } = asObject(item);
  if (role !== undefined) return true;
  if (type === 'image') return asText(image).startsWith('data:image/');
  return (type === 'text' || type === 'message') && typeof content === 'string';
}

/** A text, or a list of texts and images. */
function inputItems(input: Json | undefined): readonly Json[] {
  return typeof input === 'string' ? itemsOf(input) : asList(input);
}

function* streamChat(answer: Answer): Iterable<Frame> {
  yield frameOf({ type: 'chat.start', model_instance_id: answer.model }, 'framing');
  if (answer.loadMs === undefined) return yield* streamLoaded(answer);
  const instance = { model_instance_id: answer.model };
  yield frameOf({ type: 'model_load.start', ...instance }, 'framing');
  const load_time_seconds = answer.loadMs / 1_000;
  const end = [
    frameOf({ type: 'model_load.progress', ...instance, progress: 1 }, 'framing'),
    frameOf({ type: 'model_load.end', ...instance, load_time_seconds }, 'framing'),
  ];
  yield* withFirstToken(end, streamLoaded(answer));
}

/** What comes once a model is loaded waits for that, as the first token does. */
function* withFirstToken(before: readonly Frame[], frames: Iterable<Frame>): Iterable<Frame> {
  let held = before.map(({ text }) => text).join('');
  for (const frame of frames) {
    if (frame.kind === 'framing' && held !== '') held += frame.text;
    else {
      yield { ...frame, text: held + frame.text };
      held = '';
    }
  }
}

function* streamLoaded(answer: Answer): Iterable<Frame> {
  yield frameOf({ type: 'prompt_processing.start' }, 'framing');
  yield frameOf({ type: 'prompt_processing.progress', progress: 1 }, 'framing');
  yield frameOf({ type: 'prompt_processing.end' }, 'framing');
  if (answer.reasoning !== '') yield* block('reasoning', tokenPieces(answer.reasoning));
  for (const call of answer.toolCalls) {
    const { arguments: input, ...tool } = toolOf(call);
    yield frameOf({ type: 'tool_call.start', ...tool }, 'framing');
    yield frameOf({ type: 'tool_call.arguments', ...tool, arguments: input }, 'token');
    yield frameOf({ type: 'tool_call.success', ...toolOf(call), output: '' }, 'framing');
  }
  if (answer.text !== '') yield* block('message', textPieces(answer));
  const result = resultOf(answer, outputOf(answer));
  yield frameOf({ type: 'chat.end', result }, 'closing');
}

function* block(name: 'reasoning' | 'message', pieces: Iterable<string>): Iterable<Frame> {
  yield frameOf({ type: `${name}.start` }, 'framing');
  for (const content of pieces) yield frameOf({ type: `${name}.delta`, content }, 'token');
  yield frameOf({ type: `${name}.end` }, 'framing');
}

function outputOf({ reasoning, text, toolCalls }: Answer): readonly object[] {
  return [
    ...(reasoning === '' ? [] : [{ type: 'reasoning', content: reasoning }]),
    ...toolCalls.map((call) => ({ type: 'tool_call', ...toolOf(call), output: '' })),
    ...(text === '' ? [] : [{ type: 'message', content: text }]),
  ];
}

/** A tool call, which LM Studio makes by itself. */
interface Called {
  readonly tool: string;
  readonly provider_info: object;
  readonly arguments: Json;
}

function toolOf(call: Answer['toolCalls'][number]): Called {
  const provider_info = { type: 'plugin', plugin_id: 'mcp/mock' };
  return { tool: call.name, provider_info, arguments: parsedOr(call.arguments) };
}

function resultOf(answer: Answer, output: readonly object[]): object {
  const { model, usage, body } = answer;
  return {
    model_instance_id: model,
    output,
    stats: {
      input_tokens: usage.input,
      total_output_tokens: usage.output,
      reasoning_output_tokens: usage.reasoning,
      tokens_per_second: 50,
      time_to_first_token_seconds: 0.1,
      ...(answer.loadMs === undefined ? {} : { model_load_time_seconds: answer.loadMs / 1_000 }),
    },
    ...(body['store'] === false ? {} : { response_id: responseId(answer) }),
  };
}

function responseId({ n }: Answer): string {
  return `resp_${n}`;
}

/** An event of its streams. */
interface ChatEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

function frameOf(event: ChatEvent, kind: Frame['kind']): Frame {
  return sseFrame(event, kind, event.type);
}
