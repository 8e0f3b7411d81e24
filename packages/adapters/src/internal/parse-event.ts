import type { AnswerSource } from './answer-source.ts';
import { noAnswer } from './no-answer.ts';

const WHAT = 'the server sent a piece of its stream that is no JSON object';

/** Parses the data of one event of a stream. Throws `ModelError` where it is no JSON object. */
export function parseEvent(data: string, from: AnswerSource): object {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch (cause) {
    throw noAnswer(undefined, WHAT, from, cause);
  }
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) return event;
  throw noAnswer(event, WHAT, from);
}
