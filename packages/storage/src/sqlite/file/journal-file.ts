import type { EventQuery } from '@overseer/core/spec';
import type { SqliteDatabase, SqliteStatement } from '../driver.ts';
import { explainFailure } from '../explain-failure.ts';
import {
  type FileWrite,
  isRefusal,
  type LeaseRow,
  type Page,
  type Questions,
  type Refusal,
  type TakenLease,
  type WriteOutcome,
} from '../protocol.ts';
import { attempt } from './attempt.ts';
import { BlobTable } from './blob-table.ts';
import { Compaction } from './compaction.ts';
import { eraseRun } from './erase-run.ts';
import { EventReader } from './event-reader.ts';
import { EventTable, type EventTables } from './event-table.ts';
import { fence, sizeOf } from './file-write.ts';
import { giveBackPages, hasPagesToGive } from './give-back-pages.ts';
import { KeyTable } from './key-table.ts';
import { LeaseTable } from './lease-table.ts';
import type { OpenFileOptions } from './open-file-options.ts';
import { Packing } from './packing.ts';
import { RunTable } from './run-table.ts';
import { SnapshotTable } from './snapshot-table.ts';
import { StreamTable } from './stream-table.ts';
import { truncateLog } from './truncate-log.ts';
import { WalBudget } from './wal-budget.ts';

/**
 * An open journal file. A commit that failed is the last: what the disk holds is then unknown to this process, and only
 * opening the file anew tells, so every later write is refused with the same code. Reads throw SQLite's errors.
 */
export class JournalFile {
  readonly #options: OpenFileOptions;
  readonly #database: SqliteDatabase;
  readonly #keys: KeyTable;
  readonly #tables: EventTables;
  readonly #streams: StreamTable;
  readonly #runs: RunTable;
  readonly #blobs: BlobTable;
  readonly #events: EventTable;
  readonly #reader: EventReader;
  readonly #snapshots: SnapshotTable;
  readonly #leases: LeaseTable;
  readonly #wal: WalBudget = new WalBudget();
  readonly #compaction: Compaction;
  readonly #begin: SqliteStatement;
  readonly #commit: SqliteStatement;
  readonly #dataVersion: SqliteStatement;
  #seenVersion: unknown;
  #failure: Refusal | undefined;
  /** Whether the log may hold what was erased. */
  #keepsErased = false;
  /** Of the lease as it was taken here last. */
  #epoch: number | undefined;

  constructor(database: SqliteDatabase, options: OpenFileOptions) {
    this.#options = options;
    this.#database = database;
    this.#streams = new StreamTable(database);
    this.#runs = new RunTable(database);
    this.#keys = new KeyTable(database, options.path, options.keys);
    const packing = new Packing(this.#keys, options.compression ?? 'large');
    this.#blobs = new BlobTable(database, packing);
    this.#tables = { streams: this.#streams, runs: this.#runs, blobs: this.#blobs, packing };
    this.#events = new EventTable(database, options.path, this.#tables);
    this.#reader = new EventReader(database, options.path, this.#tables);
    this.#snapshots = new SnapshotTable(database, packing);
    this.#leases = new LeaseTable(database, options.path);
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#dataVersion = database.prepare('PRAGMA data_version');
    this.#compaction = new Compaction({
      database,
      tables: this.#tables,
      snapshots: this.#snapshots,
      afterMs: options.compactAfterMs ?? COMPACT_AFTER_MS,
      transact: (work) => this.#transactAlone(work),
    });
  }

  /** Whether the keys that were given open the file. */
  checkKeys(): Refusal | undefined {
    return this.#keys.check();
  }

  /** Writes all in one transaction; each write stands or is refused by itself, a failure refuses all. */
  write(writes: readonly FileWrite[]): readonly WriteOutcome[] {
    const outcome = this.#transact(() => {
      let lease = this.#leases.read();
      return writes.map((write) => {
        if (write.kind !== 'release') return this.#write(write, lease);
        this.#leases.release(write);
        lease = this.#leases.read();
        return null;
      });
    });
    if (Array.isArray(outcome)) {
      for (const write of writes) this.#wal.spend(sizeOf(write));
      // Else the log would keep what was erased until it is written over.
      if (writes.some(({ kind }) => kind === 'erase')) {
        this.#compaction.lookAgain();
        this.#keepsErased = true;
        this.#checkpoint('waiting');
      }
      return outcome;
    }
    return writes.map(() => outcome as Refusal);
  }

  take(taking: Questions['take']): number | undefined | Refusal {
    const epoch = this.#transact(() => this.#leases.take(taking));
    if (typeof epoch === 'number') this.#epoch = epoch;
    return epoch;
  }

  lease(): LeaseRow | Refusal {
    return this.#leases.read();
  }

  read(query: EventQuery): Page | Refusal {
    return this.#reader.read(query);
  }

  head(stream: string): number {
    return this.#streams.head(stream);
  }

  streams(): readonly string[] {
    return this.#streams.names();
  }

  blob(hash: string): Uint8Array | undefined | Refusal {
    const bytes = this.#blobs.get(hash);
    if (bytes !== 'damaged') return bytes === 'erased' ? undefined : bytes;
    return {
      refused: 'store.corrupt',
      message: `${this.#options.path} is damaged: the bytes of blob ${hash} have changed. Restore the file from a backup, or run "overseer repair".`,
    };
  }

  snapshot(
    stream: string,
    foldVersion: number,
  ): { readonly seq: number; readonly body: string } | undefined {
    return this.#snapshots.latest(stream, foldVersion);
  }

  /** Writes the log back to the file when it has grown; to be called when nobody waits for an answer. */
  checkpointIfDue(): void {
    if (this.#wal.due && this.#failure === undefined) this.#checkpoint();
  }

  /**
   * Works for one turn of some ms on making the file smaller; `more` where there is more to do at once. To be called when nobody waits. Does
   * nothing where the lease is not held here. Never throws.
   */
  compact(nowMs: number): 'more' | 'rest' {
    if (this.#failure !== undefined || this.#epoch === undefined) return 'rest';
    try {
      if (this.#keepsErased) this.#checkpoint();
      if (this.#compaction.step(nowMs) === 'more') return 'more';
      if (!hasPagesToGive(this.#database)) return 'rest';
      return this.#checkpoint() ? 'more' : 'rest';
    } catch {
      // What cannot be read now is for those to tell who ask for it.
      this.#compaction.startAnew();
      return 'rest';
    }
  }

  /** Does what only the holder of the lease may do; says whether it was done. */
  #transactAlone(work: () => number): boolean {
    const bytes = this.#transact(() => {
      const lease = this.#leases.read();
      const isHeld = !isRefusal(lease) && lease.holder !== undefined && lease.epoch === this.#epoch;
      return isHeld ? work() : undefined;
    });
    if (typeof bytes !== 'number') return false;
    this.#wal.spend(bytes);
    this.checkpointIfDue();
    return true;
  }

  /** Says whether nobody was in the way. */
  #checkpoint(how: 'waiting' | 'at once' = 'at once'): boolean {
    // Whatever comes of it, the next is due when the log has grown again.
    this.#wal.renew();
    try {
      giveBackPages(this.#database);
      if (this.#keepsErased) this.#keepsErased = !truncateLog(this.#database, how);
      else this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      return !this.#keepsErased;
    } catch (error) {
      const refusal = explainFailure(error, this.#options.path);
      // Where others were in the way, nothing was begun.
      if (refusal.refused !== 'store.busy') this.#failure = refusal;
      return false;
    }
  }

  /** Gives leases back, writes the log back, and closes. Never throws. */
  close(leases: readonly TakenLease[]): void {
    if (this.#failure === undefined) {
      attempt(() => this.#giveBack(this.#leases, leases));
      attempt(() => this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
      attempt(() => this.#database.close());
      return;
    }
    // Only a fresh look at the file may be trusted now. A lease that cannot be given back ends with the process.
    attempt(() => this.#database.close());
    attempt(() => {
      const { openDatabase, path, busyTimeoutMs } = this.#options;
      const database = openDatabase(path);
      attempt(() => {
        database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
        this.#giveBack(new LeaseTable(database, path), leases);
      });
      database.close();
    });
  }

  #giveBack(table: LeaseTable, leases: readonly TakenLease[]): void {
    for (const lease of leases) table.release(lease);
  }

  #write(
    write: Exclude<FileWrite, { readonly kind: 'release' }>,
    lease: LeaseRow | Refusal,
  ): WriteOutcome {
    switch (write.kind) {
      case 'append':
        return (
          fence(write.epoch, lease, this.#options.path) ??
          this.#events.append(write.segments) ??
          null
        );
      case 'blob':
        return this.#putBlob(write.bytes);
      case 'erase':
        return (
          fence(write.epoch, lease, this.#options.path) ??
          eraseRun(this.#database, this.#options.path, this.#tables, write) ??
          null
        );
      case 'snapshot':
        this.#snapshots.put(write);
        return null;
    }
  }

  #putBlob(bytes: Uint8Array): string {
    const hash = this.#blobs.put(bytes);
    this.#compaction.keep(this.#blobs.namesOf(hash));
    return hash;
  }

  #transact<T>(work: () => T): T | Refusal {
    if (this.#failure !== undefined) return this.#failure;
    try {
      this.#begin.run();
    } catch (error) {
      const refusal = explainFailure(error, this.#options.path);
      // Nothing was begun, so nothing is in doubt.
      if (refusal.refused !== 'store.busy') this.#failure = refusal;
      return refusal;
    }
    try {
      this.#forgetIfOthersWrote();
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      this.#failure = explainFailure(error, this.#options.path);
      this.#forget();
      attempt(() => this.#database.exec('ROLLBACK'));
      return this.#failure;
    }
  }

  #forgetIfOthersWrote(): void {
    const version = this.#dataVersion.get()?.['data_version'];
    if (version !== this.#seenVersion) this.#forget();
    this.#seenVersion = version;
  }

  #forget(): void {
    this.#compaction.startAnew();
    this.#streams.forget();
    this.#runs.forget();
    this.#keys.forget();
  }
}

/** How old a value must be that nothing names: whoever put it may be about to name it. An hour. */
const COMPACT_AFTER_MS = 3_600_000;
