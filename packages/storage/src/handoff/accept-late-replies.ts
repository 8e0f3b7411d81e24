import { randomUUID } from 'node:crypto';
import type { StateStore } from '@overseer/core/spec';
import { keyPairOf } from '../package/keys.ts';
import type { OpenedPackage } from '../package/open-package.ts';
import { answeredOf } from './answer-once.ts';
import { HandoffError } from './handoff-error.ts';
import {
  type HandoffDraft,
  noteStream,
  notesOf,
  projectStream,
  writeNext,
} from './handoff-journal.ts';
import { isKept, type KeptReply } from './kept-reply.ts';
import type { LateAbout } from './late-replies.ts';

/** What came of a package of late replies. */
export interface LateTaken {
  readonly project: string;
  /** Replies that were kept for the project now. */
  readonly taken: number;
  /** Those that were kept before. */
  readonly present: number;
}

/** Whether a package is one of late replies, and not of a project. */
export function isLatePackage({ manifest }: OpenedPackage): boolean {
  return typeof manifest.about?.['late'] === 'string';
}

/**
 * Keeps late replies for a project that was accepted here, and tells whoever works on it: each is used while its task is open and has no
 * answer, and is evidence otherwise. In a store that several share this works beside whoever has the project; in a file the
 * replies are heard when it is opened next. A second time it changes nothing. Throws `HandoffError`: `handoff.none` for another
 * package, `handoff.other` for one of another key, or of a handoff that was not accepted here from that sender; `StoreError`
 * `store.busy` for a file that is worked on; and what the package throws.
 */
export async function acceptLateReplies(
  opened: OpenedPackage,
  { store, secret }: { readonly store: StateStore; readonly secret: string },
): Promise<LateTaken> {
  const { late, project, receiver } = aboutOf(opened);
  const answered = await answeredOf(store, late);
  const isOurs =
    receiver === keyPairOf(secret).public &&
    answered?.answer.kind === 'taken' &&
    answered.answer.sender === opened.manifest.sender;
  if (!isOurs) {
    throw new HandoffError(
      'handoff.other',
      `${opened.name} has replies for ${project}, which was not accepted into ${store.name} from that sender with this key: accept the project first.`,
    );
  }
  for await (const { blobs } of piecesOf(opened)) {
    for (const bytes of blobs) await store.blobs.put(bytes);
  }
  let taken = 0;
  let present = 0;
  await writeNext(store, noteStream(project), async () => {
    const known = new Set((await notesOf(store, project)).filter(isKept).map(({ call }) => call));
    const drafts: HandoffDraft[] = [];
    for await (const { reply } of piecesOf(opened)) {
      if (reply === undefined) continue;
      if (known.has(reply.call)) present++;
      else drafts.push(draftOf(reply, late));
      known.add(reply.call);
    }
    taken = drafts.length;
    return drafts;
  });
  // Whoever works on it looks again, whether a call before this one came so far or not.
  const id = `replies-kept/${randomUUID()}`;
  await store.mail?.put(projectStream(project), { id, kind: 'replies-kept', body: {} });
  return { project, taken, present };
}

async function* piecesOf(
  opened: OpenedPackage,
): AsyncGenerator<{ readonly reply?: KeptReply; readonly blobs: readonly Uint8Array[] }> {
  for await (const item of opened.items()) {
    if (item.kind === 'blob') yield { blobs: [item.bytes] };
    else if (isKept(item.event)) yield { reply: item.event, blobs: [] };
  }
}

function draftOf(reply: KeptReply, handoff: string): HandoffDraft {
  const { id, run = '', task = '', attempt = '', call = '', model = '', actor, data } = reply;
  const place = { id, run, task, attempt, call, model };
  return { type: 'handoff.reply', actor, ...place, data: { ...data, handoff } };
}

function aboutOf(opened: OpenedPackage): LateAbout {
  const { late, project, receiver } = opened.manifest.about ?? {};
  if (typeof late === 'string' && typeof project === 'string' && typeof receiver === 'string') {
    return { late, project, receiver };
  }
  throw new HandoffError(
    'handoff.none',
    `${opened.name} has no late replies: acceptHandoff takes a project (acceptLateReplies).`,
  );
}
