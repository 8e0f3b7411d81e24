import { type ModelError, modelRefusal } from '@overseer/core/plugin';
import type { AnswerSource } from './answer-source.ts';

/** The failure that a server tells of within a good answer; one that does not say what kind it is failed at the server. */
export function toldError(from: AnswerSource, body: unknown): ModelError {
  return modelRefusal({ ...from, body, otherwise: 'server' });
}
