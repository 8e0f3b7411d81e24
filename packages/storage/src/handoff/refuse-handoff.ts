import type { StateStore } from '@overseer/core/spec';
import { type Refusal, signRefusal } from '../package/refusal.ts';
import { answerOnce } from './answer-once.ts';
import { HandoffError } from './handoff-error.ts';

/** Names of handoffs that may be answered: what a package says of itself may be anything. */
const NAME = /^[\w.-]{1,100}$/;

/**
 * Refuses a handoff for good, and signs that, so that its sender can take the project back without a person. From then on this store
 * does not accept it, whichever package it comes in. A second time it gives the same refusal. Throws `HandoffError`:
 * `handoff.delivered` where it was accepted here, `handoff.none` for a name that is none.
 */
export async function refuseHandoff(
  what: Pick<Refusal, 'handoff' | 'code' | 'because'>,
  { store, secret }: { readonly store: StateStore; readonly secret: string },
): Promise<Refusal> {
  const { handoff, code, because } = what;
  if (!NAME.test(handoff)) {
    throw new HandoffError('handoff.none', `${JSON.stringify(handoff)} names no handoff.`);
  }
  const answered = await answerOnce(store, handoff, { kind: 'refused', code, because });
  if (answered?.answer.kind !== 'refused') {
    throw new HandoffError(
      'handoff.delivered',
      `${store.name} took what it is to refuse (handoff ${handoff}): accept it again for its receipt.`,
    );
  }
  const { answer, at } = answered;
  return signRefusal({ handoff, code: answer.code, because: answer.because }, secret, at);
}
