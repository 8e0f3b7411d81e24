import type { StateStore } from '@overseer/core/spec';
import { HandoffError } from './handoff-error.ts';
import { awayOf } from './handoff-journal.ts';
import { takeBack } from './take-back.ts';

/**
 * Lets a project that left go on where it was. Only for one that nobody took: whoever has the package can still take it, and then it
 * is worked twice. Throws `HandoffError`: `handoff.none` where it did not leave, `handoff.delivered` where its receiver has it.
 */
export async function recallHandoff(order: {
  readonly store: StateStore;
  readonly project?: string;
  readonly because: string;
  readonly by: string;
}): Promise<void> {
  const { store, project = 'default', because, by } = order;
  const away = await awayOf(store, project);
  if (away === undefined) {
    throw new HandoffError('handoff.none', `${project} of ${store.name} left for nobody.`);
  }
  const { handoff } = away;
  await takeBack(store, project, handoff, {
    type: 'handoff.recalled',
    actor: `person:${by}`,
    data: { handoff, because },
  });
}
