import type { EventData, StateStore } from '@overseer/core/spec';
import { PackageError } from '../package/package-error.ts';
import { checkReceipt, type Receipt } from '../package/receipt.ts';
import { HandoffError } from './handoff-error.ts';
import { awayOf, noteStream, notesOf, writeNext } from './handoff-journal.ts';
import { endOf } from './take-back.ts';

/**
 * Ends a handoff at its sender: checks the receipt against what was packed, and notes it; a second time it changes nothing. Throws
 * `PackageError` `package.receipt` for a receipt that does not hold or is of somebody else, `HandoffError` `handoff.none` where
 * the project did not leave.
 */
export async function closeHandoff(
  receipt: Receipt,
  { store, project = 'default' }: { readonly store: StateStore; readonly project?: string },
): Promise<void> {
  const away = await awayOf(store, project);
  if (away === undefined) {
    throw here(store, project);
  }
  const { handoff, receiver } = away;
  const packed = await packedAs(store, project, handoff, receipt?.manifest);
  if (packed === undefined) {
    throw new PackageError(
      'package.receipt',
      `The receipt does not hold: it is for no package that was made when ${project} left. Ask the receiver for another.`,
    );
  }
  const { sender, streams } = packed;
  checkReceipt(receipt, { hash: packed.package, manifest: { sender, streams } }, receiver);
  const { at: receivedAt, signature } = receipt;
  await writeNext(store, noteStream(project), async () => {
    const end = await endOf(store, project, handoff);
    if (end?.type === 'handoff.closed') return undefined;
    if (end !== undefined) throw here(store, project);
    return {
      type: 'handoff.closed',
      data: { handoff, package: packed.package, receiver, receivedAt, signature },
    };
  });
}

/** What was noted of a package of a handoff, by its hash; `undefined` where it is none of its packages. */
export async function packedAs(
  store: StateStore,
  project: string,
  handoff: string,
  hash: string,
): Promise<EventData['handoff.packed'] | undefined> {
  const notes = await notesOf(store, project);
  return notes
    .flatMap((note) => (note.type === 'handoff.packed' ? [note.data] : []))
    .find((packed) => packed.handoff === handoff && packed.package === hash);
}

function here({ name }: StateStore, project: string): HandoffError {
  return new HandoffError(
    'handoff.none',
    `${project} of ${name} left for nobody: it is here, or was taken back.`,
  );
}
