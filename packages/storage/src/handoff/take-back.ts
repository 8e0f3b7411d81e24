import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { HandoffError } from './handoff-error.ts';
import {
  type HandoffDraft,
  noteStream,
  notesOf,
  projectStream,
  writeNext,
} from './handoff-journal.ts';

/** How a handoff ended at its sender: by a receipt, or as the project was taken back; absent while it has not. */
export type HandoffEnd = Extract<
  OverseerEvent,
  { readonly type: 'handoff.closed' | 'handoff.recalled' | 'handoff.refused' }
>;

/** What ended a handoff, as its sender's notes say. */
export async function endOf(
  store: StateStore,
  project: string,
  handoff: string,
): Promise<HandoffEnd | undefined> {
  const notes = await notesOf(store, project);
  return notes.filter(isEnd).find(({ data }) => data.handoff === handoff);
}

/**
 * Writes the word by which a project that left goes on where it was; nothing where it is here already. It is noted first, so that of a
 * receipt and this only one can stand, and whatever breaks off is done again by the same call. Throws `HandoffError`
 * `handoff.delivered` where its receiver has it, `StoreError`.
 */
export async function takeBack(
  store: StateStore,
  project: string,
  handoff: string,
  draft: HandoffDraft,
): Promise<void> {
  await writeNext(store, noteStream(project), async () => {
    const end = await endOf(store, project, handoff);
    if (end?.type !== 'handoff.closed') return end === undefined ? draft : undefined;
    throw new HandoffError(
      'handoff.delivered',
      `${project} is its receiver's: there is a receipt. Have it handed off back.`,
    );
  });
  await writeNext(store, projectStream(project), (last) =>
    last?.type === 'handoff.offered' && last.data.away?.handoff === handoff ? draft : undefined,
  );
}

function isEnd(event: OverseerEvent): event is HandoffEnd {
  return ['handoff.closed', 'handoff.recalled', 'handoff.refused'].includes(event.type);
}
