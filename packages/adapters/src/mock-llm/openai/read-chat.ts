import type { Json, JsonObject } from '@overseer/core/spec';
import { type Asked, askedFrom, type Malformed } from '../asked.ts';
import { asList, asObject, asText, contentText, parsedOr } from '../json-reader.ts';
import type { MockMessage } from '../mock-request.ts';

/** Reads the body of a chat completion. */
export function readChat(body: JsonObject): Asked | Malformed {
  if (asText(body['model']) === '')
    return { malformed: 'you must provide a model parameter', param: 'model' };
  const sent = asList(body['messages']).map(asObject);
  if (sent.length === 0)
    return { malformed: "Invalid 'messages': at least one message is needed.", param: 'messages' };
  const isSystem = ({ role }: JsonObject): boolean => role === 'system' || role === 'developer';
  return askedFrom({
    body,
    system: sent
      .filter(isSystem)
      .map((message) => contentText(message['content']))
      .join('\n\n'),
    messages: sent.filter((message) => !isSystem(message)).map(readMessage),
    tools: asList(body['tools']),
    maxTokens: ['max_completion_tokens', 'max_tokens'],
    stop: body['stop'],
  });
}

function readMessage(message: JsonObject): MockMessage {
  const text = contentText(message['content']);
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

function readToolCall(sent: Json): MockMessage['toolCalls'][number] {
  const call = asObject(sent);
  const called = asObject(call['function']);
  return {
    id: asText(call['id']),
    name: asText(called['name']),
    input: parsedOr(asText(called['arguments'])),
  };
}
