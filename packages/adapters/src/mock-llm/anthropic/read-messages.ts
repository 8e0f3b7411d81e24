import type { Json, JsonObject } from '@overseer/core/spec';
import { type Asked, askedFrom, type Malformed, toolName } from '../asked.ts';
import { asList, asNumber, asObject, asText, contentText } from '../json-reader.ts';
import type { MockMessage } from '../mock-request.ts';
import { type ToolChoice, unknownTool } from '../tool-choice.ts';
import { wrongTurns } from './check-turns.ts';

/** Reads the body of a message request; `max_tokens` is required, as Anthropic requires it. */
export function readMessages(body: JsonObject): Asked | Malformed {
  const bound = asNumber(body['max_tokens']);
  if (bound === undefined || bound < 1) {
    const why = bound === undefined ? 'Field required' : 'must be greater than or equal to 1';
    return { malformed: `max_tokens: ${why}`, param: 'max_tokens' };
  }
  return readCounted(body);
}

/** Reads the body of a request to count tokens, which is a message request without a bound. */
export function readCounted(body: JsonObject): Asked | Malformed {
  if (asText(body['model']) === '') return { malformed: 'model: Field required', param: 'model' };
  const sent = asList(body['messages']).map(asObject);
  if (sent.length === 0)
    return { malformed: 'messages: at least one message is required', param: 'messages' };
  const toolChoice = readToolChoice(body);
  const wrong =
    wrongToolChoice(body, toolChoice) ??
    wrongStops(body) ??
    wrongTurns(sent.filter(({ role }) => role !== 'system'));
  if (wrong !== undefined) return wrong;
  const system = sent.filter(({ role }) => role === 'system').map(({ content }) => content);
  return askedFrom({
    body,
    system: [body['system'], ...system]
      .map(contentText)
      .filter((text) => text !== '')
      .join('\n\n'),
    messages: sent.filter(({ role }) => role !== 'system').map(readMessage),
    tools: asList(body['tools']),
    toolChoice,
    maxTokens: ['max_tokens'],
    stop: body['stop_sequences'],
  });
}

function readToolChoice(body: JsonObject): ToolChoice {
  const { type, name, disable_parallel_tool_use: single } = asObject(body['tool_choice']);
  const atOnce = single === true ? { single: true } : {};
  if (type === 'none') return { mode: 'none' };
  if (type === 'any') return { mode: 'required', ...atOnce };
  if (type === 'tool') return { mode: 'required', only: [asText(name)], ...atOnce };
  return { mode: 'auto', ...atOnce };
}

function wrongToolChoice(body: JsonObject, choice: ToolChoice): Malformed | undefined {
  if (body['tool_choice'] === undefined) return undefined;
  const tools = asList(body['tools']).map(toolName);
  const unknown = unknownTool(tools, choice);
  const param = 'tool_choice';
  if (tools.length === 0)
    return {
      malformed: 'tool_choice: tool_choice may only be specified while providing tools',
      param,
    };
  return unknown === undefined
    ? undefined
    : { malformed: `tool_choice: Tool '${unknown}' not found in provided tools`, param };
}

function wrongStops(body: JsonObject): Malformed | undefined {
  const isBlank = asList(body['stop_sequences']).some((stop) => asText(stop).trim() === '');
  return isBlank
    ? { malformed: 'stop_sequences: each stop sequence must contain non-whitespace' }
    : undefined;
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
