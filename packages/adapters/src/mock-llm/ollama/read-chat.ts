import type { Json, JsonObject } from '@overseer/core/spec';
import { type Asked, askedFrom, type Malformed } from '../asked.ts';
import { asList, asNumber, asObject, asText } from '../json-reader.ts';
import type { MockMessage } from '../mock-request.ts';
import { plainName } from './names.ts';

/** Reads the body of `/api/chat`. */
export function readChat(body: JsonObject): Asked | Malformed {
  const sent = asList(body['messages']).map(asObject);
  return readOllama(body, {
    system: sent
      .filter(({ role }) => role === 'system')
      .map(({ content }) => asText(content))
      .join('\n\n'),
    messages: sent.filter(({ role }) => role !== 'system').map(readMessage),
    tools: asList(body['tools']),
  });
}

/** Reads the body of `/api/generate`: one prompt. */
export function readGenerate(body: JsonObject): Asked | Malformed {
  const text = asText(body['prompt']);
  return readOllama(body, {
    system: asText(body['system']),
    messages: [{ role: 'user', text, toolCalls: [], toolResults: [] }],
    tools: [],
  });
}

/** Ollama streams unless it is told not to, and bounds the reply among its options. */
function readOllama(
  body: JsonObject,
  parts: Pick<Parameters<typeof askedFrom>[0], 'system' | 'messages' | 'tools'>,
): Asked | Malformed {
  if (asText(body['model']) === '') return { malformed: 'model is required' };
  const options = asObject(body['options']);
  const top = asNumber(body['top_logprobs']) ?? 0;
  if (top < 0 || top > 20) return { malformed: 'top_logprobs must be between 0 and 20' };
  const logprobs = body['logprobs'] === true ? top : undefined;
  const asked = askedFrom({ body, ...parts, logprobs, maxTokens: [], stop: options['stop'] });
  const most = asNumber(options['num_predict']);
  return {
    ...asked,
    model: plainName(asked.model),
    stream: body['stream'] !== false,
    ...(most === undefined || most < 0 ? {} : { maxTokens: most }),
  };
}

function readMessage(message: JsonObject): MockMessage {
  const text = asText(message['content']);
  switch (message['role']) {
    case 'tool': {
      const result = { id: asText(message['tool_call_id']), text };
      return { role: 'tool', text: '', toolCalls: [], toolResults: [result] };
    }
    case 'assistant':
      return {
        role: 'assistant',
        text,
        toolCalls: asList(message['tool_calls']).map(readToolCall),
        toolResults: [],
      };
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
    input: called['arguments'] ?? {},
  };
}
