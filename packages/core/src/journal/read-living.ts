import type { OverseerEvent } from '../spec/event.ts';
import type { Json } from '../spec/json.ts';
import type { StateStore } from '../spec/store.ts';
import { INDEX_VERSION, JournalIndex } from './journal-index.ts';
import { takeEvents } from './read-events.ts';

/** What of a journal still has a say. */
export interface Living {
  /** In the order of `seq`: all events of unfinished runs, and every event of the last `spanMs`. */
  readonly events: readonly OverseerEvent[];
  /** The last `seq` of the stream. */
  readonly head: number;
  readonly index: JournalIndex;
  /** What the snapshot holds beside the index, of events up to its `seq`; `undefined` where there is none. */
  readonly learned: { readonly seq: number; readonly body: Json | undefined } | undefined;
}

/**
 * Reads what still has a say in a journal, and not the rest: from the newest snapshot of the index on where there is
 * one, else from the first event.
 */
export async function readLiving(
  store: StateStore,
  stream: string,
  nowMs: number,
  spanMs: number,
): Promise<Living> {
  const snapshot = await store.snapshots.latest(stream, INDEX_VERSION);
  const known = snapshot === undefined ? undefined : JournalIndex.from(snapshot.body);
  const index = known ?? new JournalIndex();
  const from = known === undefined || snapshot === undefined ? 0 : snapshot.seq;
  const openThen = new Set(index.open);
  const since = Math.min(from, index.firstSeqSince(nowMs - spanMs));
  const tail: OverseerEvent[] = [];
  let head = from;
  await takeEvents(store, stream, { after: since }, (event) => {
    if (event.seq > from) index.take(event);
    head = event.seq;
    tail.push(event);
  });
  const older: OverseerEvent[] = [];
  for (const run of openThen) {
    await takeEvents(store, stream, { run }, (event) => {
      if (event.seq <= since) older.push(event);
    });
  }
  older.sort((a, b) => a.seq - b.seq);
  const learned = known === undefined ? undefined : { seq: from, body: learnedIn(snapshot?.body) };
  return { events: [...older, ...tail], head, index, learned };
}

/** Folders further down the ladder know its shape. */
function learnedIn(body: Json | undefined): Json | undefined {
  const isRecord = typeof body === 'object' && body !== null && !Array.isArray(body);
  return isRecord ? (body as Readonly<Record<string, Json>>)['learned'] : undefined;
}
