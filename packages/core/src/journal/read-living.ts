import type { OverseerEvent } from '../spec/event.ts';
import type { Json } from '../spec/json.ts';
import type { StateStore } from '../spec/store.ts';
import { INDEX_VERSION, JournalIndex } from './journal-index.ts';
import { takeEvents } from './read-events.ts';

/** What of a journal still has a say. */
export interface Living {
  /** Of the snapshot, where there is one; `read` takes all later events into it. */
  readonly index: JournalIndex;
  /** Up to which `seq` a snapshot tells; 0 where there is none. */
  readonly from: number;
  /** What the snapshot holds beside the index; `undefined` where there is none. */
  readonly learned: Learned | undefined;
  /**
   * Gives, in the order of `seq`, all events of unfinished runs, and every event of the last `spanMs`, each after the
   * index took it; then the last `seq` of the stream. Keeps none of them, so that a long journal needs no more memory than a
   * short one.
   */
  read(take: (event: OverseerEvent) => void): Promise<number>;
}

/** What was learned by some event. */
export interface Learned {
  readonly seq: number;
  readonly body: Json | undefined;
  /** The runs that were not finished then: what they go on to teach begins before it. */
  readonly open: readonly string[];
}

/**
 * Finds what still has a say in a journal, and not the rest: from the newest snapshot of the index on where there is
 * one, else from the first event.
 */
export async function openLiving(
  store: StateStore,
  stream: string,
  nowMs: number,
  spanMs: number,
): Promise<Living> {
  const snapshot = await store.snapshots.latest(stream, INDEX_VERSION);
  const known = snapshot === undefined ? undefined : JournalIndex.from(snapshot.body);
  const index = known ?? new JournalIndex();
  const from = known === undefined || snapshot === undefined ? 0 : snapshot.seq;
  const learned = known === undefined ? undefined : learnedIn(snapshot?.body, from, index.open);
  const openThen = new Set([...index.open, ...(learned?.open ?? [])]);
  const since = Math.min(from, learned?.seq ?? from, index.firstSeqSince(nowMs - spanMs));
  return {
    index,
    from,
    learned,
    read: async (take) => {
      for (const event of await olderOf(store, stream, openThen, since)) take(event);
      let head = from;
      await takeEvents(store, stream, { after: since }, (event) => {
        if (event.seq > from) index.take(event);
        head = event.seq;
        take(event);
      });
      return head;
    },
  };
}

/** Events of these runs up to a place. */
async function olderOf(
  store: StateStore,
  stream: string,
  runs: ReadonlySet<string>,
  since: number,
): Promise<readonly OverseerEvent[]> {
  const older: OverseerEvent[] = [];
  for (const run of runs) {
    await takeEvents(store, stream, { run, to: since }, (event) => older.push(event));
  }
  return older.sort((a, b) => a.seq - b.seq);
}

/** Folders further down the ladder know its shape. Who only gave orders learned nothing, and says up to where others had. */
function learnedIn(body: Json | undefined, seq: number, open: readonly string[]): Learned {
  const isRecord = typeof body === 'object' && body !== null && !Array.isArray(body);
  const {
    learned,
    learnedTo,
    learnedOpen = [],
  } = isRecord ? (body as Readonly<Record<string, Json>>) : {};
  if (typeof learnedTo !== 'number') return { seq, body: learned, open };
  const isRuns = Array.isArray(learnedOpen) && learnedOpen.every((run) => typeof run === 'string');
  return {
    seq: Math.min(learnedTo, seq),
    body: learned,
    open: isRuns ? learnedOpen : [],
  };
}
