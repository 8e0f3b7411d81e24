import { modelRefusal } from '@overseer/core/plugin';
import type { AnswerSource } from './answer-body.ts';

/** Parses the data of one event of a stream. Throws `ModelError` where it is no JSON. */
export function parseEvent(data: string, from: AnswerSource): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    const body = { message: 'the server sent a piece of its stream that is no JSON' };
    throw modelRefusal({ ...from, body, cause });
  }
}
