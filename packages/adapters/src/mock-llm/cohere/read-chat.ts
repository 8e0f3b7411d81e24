import type { Json, JsonObject } from '@overseer/core/spec';
import { type Asked, askedFrom, type Malformed } from '../asked.ts';
import { asList, asObject, asText, contentText, parsedOr } from '../json-reader.ts';
import type { MockMessage } from '../mock-request.ts';
import type { ToolChoice } from '../tool-choice.ts';

/** Reads the body of a chat, and refuses what Cohere refuses: JSON beside tools, and results without their calls. */
export function readChat(body: JsonObject): Asked | Malformed {
  if (asText(body['model']) === '') return { malformed: 'model is required', param: 'model' };
  const sent = asList(body['messages']).map(asObject);
  if (sent.length === 0)
    return { malformed: 'invalid request: messages must contain at least one message' };
  const wrong = wrongFields(body) ?? wrongResults(sent);
  if (wrong !== undefined) return { malformed: wrong };
  const isSystem = ({ role }: JsonObject): boolean => role === 'system';
  return askedFrom({
    body,
    system: sent
      .filter(isSystem)
      .map((message) => contentText(message['content']))
      .join('\n\n'),
    messages: sent.filter((message) => !isSystem(message)).map(readMessage),
    tools: asList(body['tools']),
    logprobs: body['logprobs'] === true ? 0 : undefined,
    toolChoice: { mode: MODES.get(body['tool_choice']) ?? 'auto' },
    maxTokens: ['max_tokens'],
    stop: body['stop_sequences'],
  });
}

const MODES: ReadonlyMap<unknown, ToolChoice['mode']> = new Map([
  ['NONE', 'none'],
  ['REQUIRED', 'required'],
]);

function wrongFields(body: JsonObject): string | undefined {
  const format = asObject(body['response_format']);
  if (format['type'] === 'json_object' && asList(body['tools']).length > 0)
    return 'invalid request: response_format is not supported with tools or documents';
  const choice = body['tool_choice'];
  if (choice !== undefined && choice !== 'REQUIRED' && choice !== 'NONE')
    return 'invalid request: tool_choice must be one of REQUIRED or NONE';
  if (choice !== undefined && asList(body['tools']).length === 0)
    return 'invalid request: tool_choice can only be specified with tools';
  if (asList(body['stop_sequences']).length > 5)
    return 'invalid request: stop_sequences must have at most 5 elements';
  return undefined;
}

function wrongResults(sent: readonly JsonObject[]): string | undefined {
  const called = new Set<string>();
  for (const message of sent) {
    for (const call of asList(message['tool_calls'])) called.add(asText(asObject(call)['id']));
    const id = asText(message['tool_call_id']);
    if (message['role'] === 'tool' && !called.has(id))
      return `invalid request: tool call id not found in previous tool calls: ${id}`;
  }
  return undefined;
}

function readMessage(message: JsonObject): MockMessage {
  const text = textOf(message['content']);
  switch (message['role']) {
    case 'tool': {
      const result = { id: asText(message['tool_call_id']), text };
      return { role: 'tool', text: '', toolCalls: [], toolResults: [result] };
    }
    case 'assistant': {
      const toolCalls = asList(message['tool_calls']).map(readToolCall);
      return { role: 'assistant', text, toolCalls, toolResults: [] };
    }
    default:
      return { role: 'user', text, toolCalls: [], toolResults: [] };
  }
}

/** Results may come as documents. */
function textOf(content: Json | undefined): string {
  const documents = asList(content).map((block) => asObject(asObject(block)['document'])['data']);
  return (
    contentText(content) +
    documents.map((data) => (data === undefined ? '' : JSON.stringify(data))).join('')
  );
}

function readToolCall(sent: Json): MockMessage['toolCalls'][number] {
  const call = asObject(sent);
  const called = asObject(call['function']);
  return {
    id: asText(call['id']),
    name: asText(called['name']),
    input: parsedOr(asText(called['arguments'])),
  };
}
