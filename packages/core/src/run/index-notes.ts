import type { Journal } from '../journal/journal.ts';
import { INDEX_VERSION, type JournalIndex } from '../journal/journal-index.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { JsonObject } from '../spec/json.ts';
import type { StateStore } from '../spec/store.ts';

/** Events after which a snapshot is written: whoever goes on after a crash reads no more than these, what limits look back to and what is unfinished. */
const NOTE_EVERY = 20_000;

/** Of what snapshots are made. */
export interface IndexNotesOptions {
  readonly store: Pick<StateStore, 'snapshots'>;
  readonly index: Pick<JournalIndex, 'body'>;
  /** What a snapshot holds beside the index, as of the turn in which it is called; it may take its time to put it together. */
  readonly learned: () => Promise<JsonObject>;
  /** How many events were read that no snapshot tells of. */
  readonly unnoted: number;
}

/** Writes snapshots of a journal's index: on demand, and by itself every 20,000 events, one at a time. */
export class IndexNotes {
  readonly #options: IndexNotesOptions;
  #unnoted: number;
  #isKeepingUp = false;

  constructor(options: IndexNotesOptions) {
    this.#options = options;
    this.#unnoted = options.unnoted;
  }

  /** Counts an event that the index has taken. */
  take({ type }: OverseerEvent, journal: () => Journal): void {
    this.#unnoted += 1;
    // The next start has to know of a jump before it reads what windows look back to.
    if (type === 'clock.jumped') this.#unnoted = Math.max(this.#unnoted, NOTE_EVERY);
    if (this.#unnoted < NOTE_EVERY || this.#isKeepingUp) return;
    this.#isKeepingUp = true;
    // Events of one turn become true together.
    queueMicrotask(() => void this.#keepUp(journal()));
  }

  /**
   * Notes where the journal stands once all before is durable, so that the next start need not read what was before. A snapshot is a
   * cache: one that cannot be written only makes that start slower. Rejects with the failure that ended the journal.
   */
  async write(journal: Journal): Promise<void> {
    const { store, index, learned } = this.#options;
    this.#unnoted = 0;
    const { stream, head: seq } = journal;
    const body = index.body();
    const more = await learned();
    // It must never tell of what the journal does not have.
    await journal.settled();
    const snapshot = { stream, seq, foldVersion: INDEX_VERSION, body: { ...body, ...more } };
    await store.snapshots.put(snapshot).catch(() => undefined);
  }

  async #keepUp(journal: Journal): Promise<void> {
    try {
      while (this.#unnoted >= NOTE_EVERY) await this.write(journal);
    } catch {
      // The journal ended, which others hear of.
    } finally {
      this.#isKeepingUp = false;
    }
  }
}
