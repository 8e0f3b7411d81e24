import { toModelError } from '@overseer/core/plugin';
import type { JsonObject } from '@overseer/core/spec';
import { noAnswer } from './no-answer.ts';

/** Reads a body of one JSON object a line, as it comes. Throws `ModelError`. */
export async function* readJsonLines(
  response: Response,
  signal: AbortSignal,
  where: string,
): AsyncGenerator<JsonObject> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const bytes of response.body ?? []) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') yield parse(line, where);
    }
  } catch (error) {
    throw toModelError(error, signal, where);
  }
  if (rest.trim() !== '') yield parse(rest, where);
}

function parse(line: string, where: string): JsonObject {
  try {
    return JSON.parse(line) as JsonObject;
  } catch (cause) {
    const from = { where, headers: { get: () => null } };
    throw noAnswer(undefined, 'the server sent a line of results that is no JSON', from, cause);
  }
}
