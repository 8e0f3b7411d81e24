import type { HeardReplies } from '../journal/heard-replies.ts';
import { readEvents } from '../journal/read-events.ts';
import { StreamLease } from '../journal/stream-lease.ts';
import type { HeardNote } from '../spec/handoff-events.ts';
import type { StateStore } from '../spec/store.ts';
import type { LateReply } from './late-reply.ts';
import { type NotingParts, noteBeside } from './note-beside.ts';

const PROJECT = 'project/';

/**
 * Keeps the end of a call whose project has left the store, where whoever packs it for the receiver finds it. Throws `StoreError`,
 * above all `store.busy` while somebody else writes there.
 */
export async function keepReply(
  parts: NotingParts,
  project: string,
  handoff: string,
  { run, task, attempt, call, model, step, end }: LateReply,
): Promise<void> {
  // Whoever has the project now makes a call that was never sent.
  if (end.type === 'call.withheld') return;
  const { store, clock } = parts;
  const stream = keptStream(project);
  const lease = await StreamLease.take({ store, stream, clock, name: 'late reply' });
  try {
    const place = { run, task, attempt, call, model, actor: `model:${model}` };
    const data = { handoff, step, end };
    await noteBeside(parts, stream, lease, { type: 'handoff.reply', ...place, data });
  } finally {
    await lease.release();
  }
}

/** A reply, and where it is kept. */
export interface KeptReply extends LateReply {
  readonly note: HeardNote;
}

/**
 * The replies that came for a project after it had left a store, this one or its sender's, and that it has not heard; each call once. Throws
 * `StoreError`.
 */
export async function keptReplies(
  store: StateStore,
  project: string,
  heard: Pick<HeardReplies, 'has' | 'upTo'>,
): Promise<readonly KeptReply[]> {
  const stream = keptStream(project);
  const replies = new Map<string, KeptReply>();
  const start = await startOf(store.events, stream, heard.upTo);
  for await (const page of readEvents(store, stream, undefined, start)) {
    for (const event of page) {
      if (event.type !== 'handoff.reply') continue;
      const { seq, id, run = '', task = '', attempt = '', call = '', model = '', data } = event;
      if (heard.has(call) || replies.has(call)) continue;
      const { step, end } = data;
      replies.set(call, { run, task, attempt, call, model, step, end, note: { seq, id } });
    }
  }
  return [...replies.values()];
}

/** Behind what was heard already, where that is known of this very stream. */
async function startOf(
  events: StateStore['events'],
  stream: string,
  upTo: HeardNote | undefined,
): Promise<number> {
  if (upTo === undefined) return 0;
  const [last] = await events.read({ stream, after: upTo.seq - 1, limit: 1 });
  return last?.id === upTo.id ? upTo.seq : 0;
}

/** The stream of what is noted of a project beside its own: replies that came for it after it had left a store among that. */
export function keptStream(project: string): string {
  return `handoff/${project.slice(PROJECT.length)}`;
}
