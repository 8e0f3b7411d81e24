import type { AttemptState } from '../journal/run-state.ts';

/**
 * The idempotency key of a tool call: the same whenever this one call is repeated, and no other call's. The ids that
 * models give are not enough, since many servers number the calls of each answer anew.
 */
export function toolKey(attempt: Pick<AttemptState, 'origin'>, step: number, id: string): string {
  return `${attempt.origin}/${step}/${id}`;
}
