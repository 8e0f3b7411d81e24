import type { Json } from '@overseer/core/spec';
import type { MockReply } from './mock-reply.ts';

/** A reply with what a pattern found in place of `$1`, `$<name>` and `$&`, in its texts and in the inputs of its tools. */
export function fillReply(reply: MockReply, found: RegExpExecArray): MockReply {
  const { text, reasoning, toolCalls } = reply;
  return {
    ...reply,
    ...(text === undefined ? {} : { text: fill(text, found) }),
    ...(reasoning === undefined ? {} : { reasoning: fill(reasoning, found) }),
    ...(toolCalls === undefined
      ? {}
      : { toolCalls: toolCalls.map((call) => ({ ...call, input: fillJson(call.input, found) })) }),
  };
}

/** Only strings are filled: a name is never what somebody asked for. */
function fillJson(value: Json, found: RegExpExecArray): Json {
  if (typeof value === 'string') return fill(value, found);
  if (Array.isArray(value)) return value.map((item: Json) => fillJson(item, found));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, fillJson(item, found)]),
  );
}

function fill(text: string, found: RegExpExecArray): string {
  return text.replace(
    /\$(?:(\$)|(&)|(\d{1,2})|<(\w+)>)/g,
    (_, dollar?: string, whole?: string, place?: string, name?: string) => {
      if (dollar !== undefined) return '$';
      if (whole !== undefined) return found[0];
      return (place === undefined ? found.groups?.[name ?? ''] : found[Number(place)]) ?? '';
    },
  );
}
