import type { JsonObject, OverseerEvent, StateStore } from '@overseer/core/spec';
import { BlobsSeen, blobsOf } from '../package/blobs-named.ts';
import type { PackageItem } from '../package/items.ts';
import type { CommittedSink } from '../package/package-source.ts';
import { type WrittenPackage, writePackage } from '../package/write-package.ts';
import { HandoffError } from './handoff-error.ts';
import { awayOf, notesOf } from './handoff-journal.ts';
import { isKept, type KeptReply } from './kept-reply.ts';
import { keepMailedReplies } from './mailed-replies.ts';

/** What a package of late replies says of itself, under `about`. */
export interface LateAbout {
  /** The handoff of the project that they are of. */
  readonly late: string;
  readonly project: string;
  readonly receiver: string;
}

/** The replies that came for a project after it had left. Throws `StoreError`. */
export async function lateReplies(
  store: StateStore,
  project: string,
): Promise<readonly KeptReply[]> {
  const away = await awayOf(store, project);
  const notes = await notesOf(store, project);
  return notes.filter((note) => isKept(note)).filter(({ data }) => data.handoff === away?.handoff);
}

/**
 * Packs the replies that came for a project after it had left, or that waited as messages when it did, for its receiver and for nobody else; all of them each time, as whoever takes
 * them counts each once. Throws `HandoffError` `handoff.none` where the project did not leave or no reply came, and what
 * `writePackage` and the sink throw.
 */
export async function sendLateReplies(
  sink: CommittedSink,
  options: { readonly store: StateStore; readonly project?: string; readonly sign: string },
): Promise<WrittenPackage & { readonly replies: number }> {
  const { store, project = 'default', sign } = options;
  const away = await awayOf(store, project);
  await keepMailedReplies(store, project);
  const replies = await lateReplies(store, project);
  if (away === undefined || replies.length === 0) {
    const why = away === undefined ? 'left for nobody' : 'left, and no reply came for it since';
    throw new HandoffError('handoff.none', `${project} of ${store.name} ${why}.`);
  }
  const { handoff, receiver } = away;
  const about: LateAbout & JsonObject = { late: handoff, project, receiver };
  const items = itemsOf(store, `late/${handoff}`, replies);
  const written = await writePackage(items, sink, { sign, to: [receiver], about });
  await sink.commit();
  return { ...written, replies: replies.length };
}

/** In a stream of their own, without the notes that lie between them. */
async function* itemsOf(
  store: StateStore,
  stream: string,
  replies: readonly KeptReply[],
): AsyncGenerator<PackageItem> {
  const seen = new BlobsSeen();
  for (const [index, reply] of replies.entries()) {
    const event: OverseerEvent = { ...reply, stream, seq: index + 1 };
    yield { kind: 'event', event };
    yield* blobsOf(store, event, seen);
  }
}
