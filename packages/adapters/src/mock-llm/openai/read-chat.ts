import type { Json, JsonObject } from '@overseer/core/spec';
import { type Asked, askedFrom, type Malformed } from '../asked.ts';
import { asList, asNumber, asObject, asText, contentText, parsedOr } from '../json-reader.ts';
import type { MockMessage } from '../mock-request.ts';
import { wrongChatCalls } from './check-calls.ts';
import { type NumberField, wrongNumber } from './check-numbers.ts';
import { readToolChoice, wrongToolChoice } from './tool-choice.ts';

/** Reads the body of a chat completion. */
export function readChat(body: JsonObject): Asked | Malformed {
  if (asText(body['model']) === '')
    return { malformed: 'you must provide a model parameter', param: 'model' };
  const sent = asList(body['messages']).map(asObject);
  if (sent.length === 0)
    return { malformed: "Invalid 'messages': at least one message is needed.", param: 'messages' };
  const toolChoice = readToolChoice(body);
  const wrong =
    wrongNumber(body, NUMBERS) ??
    wrongStops(body) ??
    wrongChatCalls(sent) ??
    wrongLogprobs(body) ??
    wrongToolChoice(body, toolChoice, 'chat');
  if (wrong !== undefined) return wrong;
  const isSystem = ({ role }: JsonObject): boolean => role === 'system' || role === 'developer';
  return askedFrom({
    body,
    system: sent
      .filter(isSystem)
      .map((message) => contentText(message['content']))
      .join('\n\n'),
    messages: sent.filter((message) => !isSystem(message)).map(readMessage),
    tools: asList(body['tools']),
    toolChoice,
    choices: asNumber(body['n']),
    logprobs: body['logprobs'] === true ? (asNumber(body['top_logprobs']) ?? 0) : undefined,
    maxTokens: ['max_completion_tokens', 'max_tokens'],
    stop: body['stop'],
  });
}

function wrongStops(body: JsonObject): Malformed | undefined {
  return asList(body['stop']).length > 4
    ? {
        malformed: "Invalid 'stop': array too long. Expected an array with maximum length 4.",
        param: 'stop',
      }
    : undefined;
}

function wrongLogprobs(body: JsonObject): Malformed | undefined {
  const param = 'top_logprobs';
  return asNumber(body[param]) === undefined || body['logprobs'] === true
    ? undefined
    : { malformed: `The '${param}' parameter is only allowed when 'logprobs' is enabled.`, param };
}

/** What servers at home mean by no bound. */
const UNBOUND = -1;
const NUMBERS: readonly NumberField[] = [
  { name: 'n', least: 1, most: 128, isWhole: true },
  { name: 'temperature', least: 0, most: 2 },
  { name: 'top_p', least: 0, most: 1 },
  { name: 'presence_penalty', least: -2, most: 2 },
  { name: 'frequency_penalty', least: -2, most: 2 },
  { name: 'max_completion_tokens', least: 1, isWhole: true },
  { name: 'max_tokens', least: 1, isWhole: true, besides: UNBOUND },
  { name: 'top_logprobs', least: 0, most: 20, isWhole: true },
  { name: 'seed', isWhole: true },
];

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
