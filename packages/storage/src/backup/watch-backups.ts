import { setTimeout as sleep } from 'node:timers/promises';
import { OverseerError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { BlobsSeen, blobsOf } from '../package/blobs-named.ts';
import type { PackageItem } from '../package/items.ts';
import { readStream } from '../package/read-stream.ts';
import type { StreamStart } from '../package/tally.ts';
import { writePackage } from '../package/write-package.ts';
import { sqlite } from '../sqlite/sqlite.ts';
import { type BackupDone, type BackupOptions, backUp } from './back-up.ts';
import { BackupError, isAbort, targetError } from './backup-error.ts';
import { tailName } from './backup-names.ts';
import type { BackupTarget } from './backup-target.ts';
import { requireJournal } from './copy-journal.ts';

/** How a journal is backed up without an end. */
export interface WatchOptions extends BackupOptions {
  /** How often all of it is copied, in ms; the default is an hour. */
  readonly everyMs?: number;
  /** How often what came since is shipped, in ms: what a lost disk costs at most. The default is 5,000. */
  readonly tailMs?: number;
  /** Ends it, once what came last is shipped; a copy under way is given up. */
  readonly signal: AbortSignal;
  /** Hears of everything that was made, and of what went wrong; it is tried again at the next turn. */
  readonly onNotice?: (notice: BackupNotice) => void;
}

/** What happens while a journal is backed up. */
export type BackupNotice =
  | { readonly kind: 'full'; readonly done: BackupDone }
  | {
      readonly kind: 'tail';
      readonly name: string;
      readonly events: number;
      readonly bytes: number;
    }
  | { readonly kind: 'failed'; readonly error: OverseerError };

/**
 * Backs a journal up until `signal` aborts: a copy of all of it now and every so often, and between them every event that
 * came since, so that little is ever missing. Works beside an overseer, in this process or another, and needs no lease. What
 * goes wrong with the target is told, and tried again; what is wrong with the journal itself at the start is thrown, and `BackupError` `backup.unsealed`
 * where it is sealed and what is shipped would not be.
 */
export async function watchBackups(
  path: string,
  target: BackupTarget,
  options: WatchOptions,
): Promise<void> {
  const { signal, everyMs = 3_600_000, tailMs = 5_000 } = options;
  requireJournal(path);
  requireSealed(path, options);
  const store = await sqlite(path, options.sqlite)();
  const shipper = new Shipper(path, target, store, options);
  try {
    while (true) {
      // What came in the middle of a turn is shipped by the next.
      const isLast = signal.aborted;
      await shipper.turn(everyMs, tailMs);
      if (isLast) return;
      await sleep(tailMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await store.close();
  }
}

/** What comes between two copies is no part of the file, so that its seal does not reach that far. */
function requireSealed(path: string, { sqlite: opened, to = [], passphrase }: WatchOptions): void {
  if (opened?.encryption === undefined || to.length > 0 || passphrase !== undefined) return;
  throw new BackupError(
    'backup.unsealed',
    `${path} is sealed, and what comes between two copies of it would be shipped in the clear: say for whom it is sealed, with --to KEY ("to") or a passphrase, or make single copies.`,
  );
}

const MOST_PAUSE_MS = 300_000;

/** Knows what was shipped. */
class Shipper {
  readonly #path: string;
  readonly #target: BackupTarget;
  readonly #store: StateStore;
  readonly #options: WatchOptions;
  #set: BackupDone | undefined;
  #copiedAt = Number.NEGATIVE_INFINITY;
  /** After a copy that failed, the next is tried later and later: each reads all of the journal. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;
  #part = 0;
  #ends = new Map<string, StreamStart>();

  constructor(path: string, target: BackupTarget, store: StateStore, options: WatchOptions) {
    this.#path = path;
    this.#target = target;
    this.#store = store;
    this.#options = options;
  }

  /** A copy where one is due, else what came since; never throws. */
  async turn(everyMs: number, tailMs: number): Promise<void> {
    // A jump of the wall clock must not put a copy off.
    const now = performance.now();
    const isDue = this.#set === undefined || now - this.#copiedAt >= everyMs;
    if (isDue && now >= this.#notBefore) {
      this.#pauseMs = Math.min(Math.max(tailMs, 2 * this.#pauseMs), MOST_PAUSE_MS);
      this.#notBefore = now + this.#pauseMs;
      await this.#told(() => this.#copy(now));
    } else if (this.#set !== undefined) {
      const { id } = this.#set;
      await this.#told(async () => this.#ship(id, await this.#newHeads()));
    }
  }

  async #told(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // Whoever gave up a copy has what was shipped.
      if (this.#options.signal.aborted && isAbort(error)) return;
      const told = targetError(error, this.#target.name);
      this.#tell({ kind: 'failed', error: OverseerError.is(told) ? told : unplanned(told) });
    }
  }

  #tell(notice: BackupNotice): void {
    this.#options.onNotice?.(notice);
  }

  async #copy(now: number): Promise<void> {
    const done = await backUp(this.#path, this.#target, this.#options);
    const before = this.#set?.id;
    // The set before goes on beyond the moment of this one, so that every moment between them can be restored.
    if (before !== undefined && !done.deleted.includes(before)) {
      await this.#told(async () => this.#ship(before, await this.#newHeads()));
    }
    this.#set = done;
    this.#copiedAt = now;
    this.#notBefore = Number.NEGATIVE_INFINITY;
    this.#pauseMs = 0;
    this.#part = 0;
    this.#ends = new Map(Object.entries(done.ends));
    this.#tell({ kind: 'full', done });
    if (done.undeleted !== undefined) this.#tell({ kind: 'failed', error: done.undeleted });
  }

  async #ship(id: string, heads: ReadonlyMap<string, number>): Promise<void> {
    if (heads.size === 0) return;
    const name = tailName(id, this.#part + 1);
    await using sink = await this.#target.put(name);
    const { manifest, bytes } = await writePackage(this.#items(heads), sink, {
      ...this.#options,
      after: Object.fromEntries(this.#ends),
      about: { kind: 'tail', id, part: this.#part + 1 },
    });
    await sink.commit();
    this.#part++;
    for (const { name: stream, head, chain } of manifest.streams) {
      this.#ends.set(stream, { seq: head, chain });
    }
    this.#tell({ kind: 'tail', name, events: manifest.events, bytes });
  }

  async #newHeads(): Promise<ReadonlyMap<string, number>> {
    const heads = new Map<string, number>();
    for (const stream of await this.#store.events.streams()) {
      const head = await this.#store.events.head(stream);
      if (head > (this.#ends.get(stream)?.seq ?? 0)) heads.set(stream, head);
    }
    return heads;
  }

  async *#items(heads: ReadonlyMap<string, number>): AsyncGenerator<PackageItem> {
    const seen = new BlobsSeen();
    for (const [stream, head] of heads) {
      const after = this.#ends.get(stream)?.seq ?? 0;
      for await (const page of readStream(this.#store, stream, { after, head })) {
        for (const event of page) {
          yield { kind: 'event', event };
          yield* blobsOf(this.#store, event, seen);
        }
      }
    }
  }
}

function unplanned(error: unknown): OverseerError {
  return new OverseerError('backup.target', `The backup failed: ${String(error)}.`, {
    cause: error,
  });
}
