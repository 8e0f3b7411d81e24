import { type ModelError, modelRefusal } from '@overseer/core/plugin';
import type { AnswerSource } from './answer-source.ts';

/** The failure that a document stands for which is no answer, whatever its status: what it says, or else `what`. */
export function noAnswer(
  document: unknown,
  what: string,
  from: AnswerSource,
  cause?: unknown,
): ModelError {
  const said = typeof document === 'string' ? { message: document } : document;
  const body = { message: what, ...(typeof said === 'object' ? said : {}) };
  return modelRefusal({ ...from, body, cause });
}
