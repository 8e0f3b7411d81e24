import { OverseerError } from '@overseer/core/plugin';
import { readLabel } from '../package/header.ts';
import { type OpenOptions, openPackage } from '../package/open-package.ts';
import type { PackageSource } from '../package/package-source.ts';
import type { Refusal } from '../package/refusal.ts';
import { type AcceptedHandoff, type AcceptOptions, acceptHandoff } from './accept-handoff.ts';
import { refuseHandoff } from './refuse-handoff.ts';

/** Who answers a handoff. */
export interface AnswerOptions extends AcceptOptions, Pick<OpenOptions, 'onProgress' | 'signal'> {
  /** The public keys of those whose handoffs are answered; anybody, where left out. */
  readonly from?: readonly string[];
}

/** What is to be sent back to whoever handed a project off. */
export type HandoffAnswer =
  | ({ readonly kind: 'accepted' } & AcceptedHandoff)
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** For what a handoff is refused: it would not be otherwise the next time, or its sender has to make another package. */
const REFUSED: readonly string[] = [
  'package.torn',
  'package.damaged',
  'package.key',
  'package.newer',
  'handoff.unfit',
  'handoff.other',
  'handoff.refused-here',
  'store.conflict',
];

/**
 * Takes a handoff, or refuses it for good in a way that its sender can read without a person: where the package is broken, newer than
 * this version, or sealed for another key, and where the team lacks what open tasks name. Throws what else `openPackage` and
 * `acceptHandoff` throw, above all `package.signature`: nobody who may not send is answered; and what broke, for a package that does
 * not even say which handoff it is of.
 */
export async function answerHandoff(
  source: PackageSource,
  options: AnswerOptions,
): Promise<HandoffAnswer> {
  const { store, secret } = options;
  try {
    const opened = await openPackage(source, options);
    return { kind: 'accepted', ...(await acceptHandoff(opened, options)) };
  } catch (error) {
    if (!(OverseerError.is(error) && REFUSED.includes(error.code))) throw error;
    const handoff = await readLabel(source);
    if (handoff === undefined) throw error;
    const { code, message: because } = error;
    return {
      kind: 'refused',
      refusal: await refuseHandoff({ handoff, code, because }, { store, secret }),
    };
  }
}
