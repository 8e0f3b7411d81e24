import { randomUUID } from 'node:crypto';
import { mailedReply, systemClock } from '@overseer/core/plugin';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { HeldLease } from './held-lease.ts';
import type { PackagedMail } from './items.ts';

/** The streams of projects, and of what is noted of them beside. */
const PROJECT = 'project/';
const NOTES = 'handoff/';

/** Messages by which whoever has a project hears how its calls ended; others are for one store. */
const REPLIES: ReadonlySet<string> = new Set(['late-reply', 'worker-reply']);

/** Messages of a stream that are taken along; nobody's calls under way are as many. */
const MOST = 1_000;

/** The replies that wait as messages for whoever works on these streams. Throws `StoreError`. */
export async function waitingReplies(
  store: StateStore,
  streams: readonly string[],
): Promise<readonly PackagedMail[]> {
  const found: PackagedMail[] = [];
  for (const stream of streams) {
    if (store.mail === undefined || !stream.startsWith(PROJECT)) continue;
    for (const mail of await store.mail.read(stream, MOST)) {
      const isReply = REPLIES.has(mail.kind) && mail.problem === undefined;
      if (isReply) found.push({ kind: 'mail', stream, mail });
    }
  }
  return found;
}

/**
 * Leaves a reply for whoever works on its project next: as a message, or as a note beside the project in a store where nobody reads
 * messages; once, however often. Throws `StoreError`.
 */
export async function leaveReply(store: StateStore, { stream, mail }: PackagedMail): Promise<void> {
  if (!stream.startsWith(PROJECT) || !REPLIES.has(mail.kind)) return;
  if (store.mail !== undefined) {
    await store.mail.put(stream, mail);
    return;
  }
  const reply = mailedReply(mail, systemClock.now());
  if (reply === undefined) return;
  const notes = `${NOTES}${stream.slice(PROJECT.length)}`;
  const { epoch: above, known } = await callsNoted(store, notes);
  if (known.has(reply.call)) return;
  const lease = await HeldLease.take(store, notes, above);
  try {
    const { run, task, attempt, call, model, step, end } = reply;
    // Under the id of the message, as what is sealed in it opens under that alone.
    const place = { id: mail.id, stream: notes, seq: (await store.events.head(notes)) + 1, v: 1 };
    const of = { run, task, attempt, call, model, actor: `model:${model}` };
    const at = { at: systemClock.now(), epoch: lease.epoch };
    const data = { handoff: `import/${randomUUID()}`, step, end };
    const event: OverseerEvent = { type: 'handoff.reply', ...place, ...at, ...of, data };
    await store.events.append(lease.epoch, [event]);
  } finally {
    await lease.release();
  }
}

async function callsNoted(
  store: StateStore,
  stream: string,
): Promise<{ readonly epoch: number; readonly known: ReadonlySet<string> }> {
  const known = new Set<string>();
  let epoch = 0;
  for (let after = 0; ; after += MOST) {
    const page = await store.events.read({ stream, after, limit: MOST });
    for (const event of page) {
      epoch = Math.max(epoch, event.epoch);
      if (event.type === 'handoff.reply' && event.call !== undefined) known.add(event.call);
    }
    if (page.length < MOST) return { epoch, known };
  }
}
