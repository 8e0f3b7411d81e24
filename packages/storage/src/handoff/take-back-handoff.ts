import type { StateStore } from '@overseer/core/spec';
import { checkRefusal, type Refusal } from '../package/refusal.ts';
import { HandoffError } from './handoff-error.ts';
import { lastOf, projectStream } from './handoff-journal.ts';
import { takeBack } from './take-back.ts';

/** Where a refused project left from. */
export interface TakeBackOptions {
  readonly store: StateStore;
  /** The default is `default`. */
  readonly project?: string;
  /**
   * Public keys beside the receiver's whose refusal counts as its own: whoever is given the package, and signs with this key when it
   * was sealed for a wrong one. The owner of the key that it was sealed for must not have it too.
   */
  readonly trust?: readonly string[];
}

/**
 * Takes a project back that its receiver refused, so that it goes on where it was; a second time it changes nothing. Throws
 * `PackageError` `package.receipt` for a refusal that does not hold, is of another handoff or of somebody else; `HandoffError`
 * `handoff.delivered` where the receipt is here, `handoff.none` where the project did not leave.
 */
export async function takeBackHandoff(
  refusal: Refusal,
  { store, project = 'default', trust = [] }: TakeBackOptions,
): Promise<void> {
  const last = await lastOf(store, projectStream(project));
  if (last?.type === 'handoff.refused' && last.data.handoff === refusal?.handoff) return;
  const away = last?.type === 'handoff.offered' ? last.data.away : undefined;
  if (away === undefined) {
    throw new HandoffError(
      'handoff.none',
      `${project} of ${store.name} left for nobody: it is here, or was taken back.`,
    );
  }
  const { handoff } = away;
  checkRefusal(refusal, handoff, [away.receiver, ...trust]);
  const { receiver, code, because, at: refusedAt, signature } = refusal;
  await takeBack(store, project, handoff, {
    type: 'handoff.refused',
    data: { handoff, receiver, code, because, refusedAt, signature },
  });
}
