import { toModelError } from '@overseer/core/plugin';
import type { JsonObject } from '@overseer/core/spec';
import { lineSplitter } from './line-splitter.ts';
import { noAnswer } from './no-answer.ts';

/** Reads a body of one JSON object a line, as it comes. Throws `ModelError`, also for a line of more than 16 Mi characters. */
export async function* readJsonLines(
  response: Response,
  signal: AbortSignal,
  where: string,
): AsyncGenerator<JsonObject> {
  const come: string[] = [];
  const lines = lineSplitter((line) => come.push(line));
  try {
    for await (const bytes of response.body ?? []) {
      lines.push(bytes);
      for (const line of come.splice(0)) yield parse(line, where);
    }
    lines.end();
  } catch (error) {
    throw toModelError(error, signal, where);
  }
  for (const line of come) yield parse(line, where);
}

function parse(line: string, where: string): JsonObject {
  try {
    return JSON.parse(line) as JsonObject;
  } catch (cause) {
    const from = { where, headers: { get: () => null } };
    throw noAnswer(undefined, 'the server sent a line of results that is no JSON', from, cause);
  }
}
