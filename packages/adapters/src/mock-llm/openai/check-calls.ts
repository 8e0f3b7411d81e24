import type { JsonObject } from '@overseer/core/spec';
import type { Malformed } from '../asked.ts';
import { asList, asObject, asText } from '../json-reader.ts';

/** What is wrong with the calls and results of a chat, which have to follow each other. */
export function wrongChatCalls(messages: readonly JsonObject[]): Malformed | undefined {
  let open: readonly string[] = [];
  let called: readonly string[] = [];
  for (const [at, message] of messages.entries()) {
    const param = `messages.[${at}].role`;
    if (message['role'] === 'tool') {
      const id = asText(message['tool_call_id']);
      if (!called.includes(id)) return { malformed: NO_CALL, param };
      open = open.filter((one) => one !== id);
      continue;
    }
    if (open.length > 0) return { malformed: NO_RESULT + open.join(', '), param };
    called = asList(message['tool_calls']).map((call) => asText(asObject(call)['id']));
    open = called;
  }
  const param = `messages.[${messages.length}].role`;
  return open.length > 0 ? { malformed: NO_RESULT + open.join(', '), param } : undefined;
}

const NO_CALL =
  "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
const NO_RESULT =
  "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ";

/** What is wrong with the calls and results among the items of a response's input, which may stand anywhere. */
export function wrongItemCalls(items: readonly JsonObject[]): Malformed | undefined {
  const idsOf = (type: string): readonly string[] =>
    items.filter((item) => item['type'] === type).map((item) => asText(item['call_id']));
  const [calls, outputs] = [idsOf('function_call'), idsOf('function_call_output')];
  const param = 'input';
  const unanswered = calls.find((id) => !outputs.includes(id));
  if (unanswered !== undefined)
    return { malformed: `No tool output found for function call ${unanswered}.`, param };
  const uncalled = outputs.find((id) => !calls.includes(id));
  return uncalled === undefined
    ? undefined
    : {
        malformed: `No tool call found for function call output with call_id ${uncalled}.`,
        param,
      };
}
