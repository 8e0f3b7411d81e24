import type { Json, JsonObject } from '@overseer/core/spec';
import { type Asked, askedFrom, type Malformed } from '../asked.ts';
import { asList, asNumber, asObject, asText, contentText, parsedOr } from '../json-reader.ts';
import type { MockMessage } from '../mock-request.ts';
import { wrongItemCalls } from './check-calls.ts';
import { type NumberField, wrongNumber } from './check-numbers.ts';
import { readToolChoice, wrongToolChoice } from './tool-choice.ts';

/** Reads the body of a response: an input that is a text, or a list of items. */
export function readResponses(body: JsonObject): Asked | Malformed {
  if (asText(body['model']) === '')
    return { malformed: "Missing required parameter: 'model'.", param: 'model' };
  const items = inputItems(body['input']);
  if (items.length === 0)
    return { malformed: "Missing required parameter: 'input'.", param: 'input' };
  const toolChoice = readToolChoice(body);
  const wrong =
    wrongNumber(body, NUMBERS) ??
    wrongItemCalls(items) ??
    wrongToolChoice(body, toolChoice, 'responses');
  if (wrong !== undefined) return wrong;
  const isSystem = ({ role }: JsonObject): boolean => role === 'system' || role === 'developer';
  const system = items.filter(isSystem).map((item) => contentText(item['content']));
  const instructions = asText(body['instructions']);
  return askedFrom({
    body,
    system: [...(instructions === '' ? [] : [instructions]), ...system].join('\n\n'),
    messages: items.filter((item) => !isSystem(item)).flatMap(readItem),
    tools: asList(body['tools']),
    toolChoice,
    logprobs: asList(body['include']).includes('message.output_text.logprobs')
      ? (asNumber(body['top_logprobs']) ?? 0)
      : undefined,
    maxTokens: ['max_output_tokens'],
  });
}

const NUMBERS: readonly NumberField[] = [
  { name: 'temperature', least: 0, most: 2 },
  { name: 'top_p', least: 0, most: 1 },
  { name: 'max_output_tokens', least: 1, isWhole: true },
  { name: 'top_logprobs', least: 0, most: 20, isWhole: true },
];

function inputItems(input: Json | undefined): readonly JsonObject[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  return asList(input).map(asObject);
}

/** An item is a message, a tool call or a tool's result; what it may be else (reasoning, references) is not read. */
function readItem(item: JsonObject): readonly MockMessage[] {
  switch (item['type']) {
    case 'function_call': {
      const call = { id: asText(item['call_id']), name: asText(item['name']) };
      const input = parsedOr(asText(item['arguments']));
      return [{ role: 'assistant', text: '', toolCalls: [{ ...call, input }], toolResults: [] }];
    }
    case 'function_call_output': {
      const result = { id: asText(item['call_id']), text: contentText(item['output']) };
      return [{ role: 'tool', text: '', toolCalls: [], toolResults: [result] }];
    }
    case undefined:
    case 'message': {
      const role = item['role'] === 'assistant' ? 'assistant' : 'user';
      return [{ role, text: contentText(item['content']), toolCalls: [], toolResults: [] }];
    }
    default:
      return [];
  }
}
