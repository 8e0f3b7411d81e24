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
 * mid-stream comes `chat.end` all the same. Written after its documentation of 2026-04.
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
  const system = asText(body['system_prompt']);
  const messages = items.map(asObject).map(({ role, content }) => ({
    role: role === 'assistant' ? ('assistant' as const) : ('user' as const),
    text: asText(content),
    toolCalls: [],
    toolResults: [],
  }));
  return askedFrom({ body, system, messages, tools: [], maxTokens: ['max_output_tokens'] });
}

/** A text, or a list of texts and images. */
function inputItems(input: Json | undefined): readonly Json[] {
  return typeof input === 'string' ? itemsOf(input) : asList(input);
}

function* streamChat(answer: Answer): Iterable<Frame> {
  yield frameOf({ type: 'chat.start', model_instance_id: answer.model }, 'framing');
  yield frameOf({ type: 'prompt_processing.start' }, 'framing');
  yield frameOf({ type: 'prompt_processing.end' }, 'framing');
  if (answer.reasoning !== '') yield* block('reasoning', tokenPieces(answer.reasoning));
  if (answer.text !== '') yield* block('message', textPieces(answer));
  for (const call of answer.toolCalls) {
    const { arguments: input, ...tool } = toolOf(call);
    yield frameOf({ type: 'tool_call.start', ...tool }, 'framing');
    yield frameOf({ type: 'tool_call.arguments', ...tool, arguments: input }, 'token');
    yield frameOf({ type: 'tool_call.success', ...toolOf(call), output: '' }, 'framing');
  }
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
