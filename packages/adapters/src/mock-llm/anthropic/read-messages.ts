import type { Json, JsonObject } from '@overseer/core/spec';
import { type Asked, askedFrom, type Malformed } from '../asked.ts';
import { asList, asNumber, asObject, asText, contentText } from '../json-reader.ts';
import type { MockMessage } from '../mock-request.ts';

/** Reads the body of a message request; `max_tokens` is required, as Anthropic requires it. */
export function readMessages(body: JsonObject): Asked | Malformed {
  if (asNumber(body['max_tokens']) === undefined)
    return { malformed: 'max_tokens: Field required', param: 'max_tokens' };
  return readCounted(body);
}

/** Reads the body of a request to count tokens, which is a message request without a bound. */
export function readCounted(body: JsonObject): Asked | Malformed {
  if (asText(body['model']) === '') return { malformed: 'model: Field required', param: 'model' };
  const sent = asList(body['messages']).map(asObject);
  if (sent.length === 0)
    return { malformed: 'messages: at least one message is required', param: 'messages' };
  const system = sent.filter(({ role }) => role === 'system').map(({ content }) => content);
  return askedFrom({
    body,
    system: [body['system'], ...system]
      .map(contentText)
      .filter((text) => text !== '')
      .join('\n\n'),
    messages: sent.filter(({ role }) => role !== 'system').map(readMessage),
    tools: asList(body['tools']),
    maxTokens: ['max_tokens'],
    stop: body['stop_sequences'],
  });
}

function readMessage(message: JsonObject): MockMessage {
  const content = message['content'];
  const blocks = asList(content).map(asObject);
  return {
    role: message['role'] === 'assistant' ? 'assistant' : 'user',
    text: typeof content === 'string' ? content : textOf(blocks),
    toolCalls: blocks.filter(({ type }) => type === 'tool_use').map(readToolUse),
    toolResults: blocks.filter(({ type }) => type === 'tool_result').map(readToolResult),
  };
}

function textOf(blocks: readonly JsonObject[]): string {
  return contentText(blocks.filter(({ type }) => type === 'text'));
}

function readToolUse(block: JsonObject): MockMessage['toolCalls'][number] {
  const input: Json = block['input'] ?? {};
  return { id: asText(block['id']), name: asText(block['name']), input };
}

function readToolResult(block: JsonObject): MockMessage['toolResults'][number] {
  return { id: asText(block['tool_use_id']), text: contentText(block['content']) };
}
