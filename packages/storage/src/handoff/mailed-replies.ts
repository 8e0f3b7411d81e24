import { type MailedReply, mailedReply, systemClock } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import {
  awayOf,
  type HandoffDraft,
  noteStream,
  notesOf,
  projectStream,
  writeNext,
} from './handoff-journal.ts';
import { isKept } from './kept-reply.ts';

/** Messages that are looked at; nobody's calls under way are as many. */
const MOST = 1_000;

/** A message that waits, and the reply that it brings. */
interface Waiting {
  readonly id: string;
  readonly reply: MailedReply;
}

/** The calls whose replies wait for whoever has a project next. Throws `StoreError`. */
export async function mailedCalls(store: StateStore, project: string): Promise<readonly string[]> {
  return (await waitingFor(store, project)).map(({ reply }) => reply.call);
}

/**
 * Keeps the replies that wait as messages for a project which left, where they are sent after it, and takes the messages out; once, however
 * often it is broken off. Nothing where the project is here. Throws `StoreError`.
 */
export async function keepMailedReplies(store: StateStore, project: string): Promise<void> {
  const away = await awayOf(store, project);
  if (away === undefined) return;
  const waiting = await waitingFor(store, project);
  if (waiting.length === 0) return;
  await writeNext(store, noteStream(project), async () => {
    const known = new Set((await notesOf(store, project)).filter(isKept).map(({ call }) => call));
    return waiting
      .filter(({ reply }) => !known.has(reply.call))
      .map((one) => draftOf(one, away.handoff));
  });
  const ids = waiting.map(({ id }) => id);
  await store.mail?.remove(projectStream(project), ids);
}

async function waitingFor(store: StateStore, project: string): Promise<readonly Waiting[]> {
  const mail = (await store.mail?.read(projectStream(project), MOST)) ?? [];
  const nowMs = systemClock.now();
  return mail.flatMap((message) => {
    const reply = mailedReply(message, nowMs);
    return reply === undefined ? [] : [{ id: message.id, reply }];
  });
}

/** Under the id of the message, as what is sealed in it opens under that alone. */
function draftOf({ id, reply }: Waiting, handoff: string): HandoffDraft {
  const { run, task, attempt, call, model, step, end } = reply;
  const place = { id, run, task, attempt, call, model, actor: `model:${model}` };
  return { type: 'handoff.reply', ...place, data: { handoff, step, end } };
}
