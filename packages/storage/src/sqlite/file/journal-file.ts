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
import { BlobTable } from './blob-table.ts';
import { eraseRun } from './erase-run.ts';
import { EventReader } from './event-reader.ts';
import { EventTable, type EventTables } from './event-table.ts';
import { giveBackPages } from './give-back-pages.ts';
import { KeyTable } from './key-table.ts';
import { LeaseTable } from './lease-table.ts';
import type { OpenFileOptions } from './open-file-options.ts';
import { Packing } from './packing.ts';
import { RunTable } from './run-table.ts';
import { SnapshotTable } from './snapshot-table.ts';
import { StreamTable } from './stream-table.ts';
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
  readonly #begin: SqliteStatement;
  readonly #commit: SqliteStatement;
  readonly #dataVersion: SqliteStatement;
  #seenVersion: unknown;
  #failure: Refusal | undefined;

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
      if (writes.some(({ kind }) => kind === 'erase')) this.#checkpoint('TRUNCATE');
      return outcome;
    }
    return writes.map(() => outcome as Refusal);
  }

  take(taking: Questions['take']): number | undefined | Refusal {
    return this.#transact(() => this.#leases.take(taking));
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
      message: `${this.#options.path} is damaged: the bytes of blob ${hash} have changed. Restore the file from a backup.`,
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
    if (this.#wal.due && this.#failure === undefined) this.#checkpoint('PASSIVE');
  }

  #checkpoint(how: 'PASSIVE' | 'TRUNCATE'): void {
    try {
      giveBackPages(this.#database);
      this.#database.exec(`PRAGMA wal_checkpoint(${how})`);
      this.#wal.renew();
    } catch (error) {
      this.#failure = explainFailure(error, this.#options.path);
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
        return this.#blobs.put(write.bytes);
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
    this.#streams.forget();
    this.#runs.forget();
    this.#keys.forget();
  }
}

/** Refuses a writer whose epoch is not that of the lease as it is held now. */
function fence(epoch: number, lease: LeaseRow | Refusal, path: string): Refusal | undefined {
  if (isRefusal(lease)) return lease;
  if (lease.holder !== undefined && lease.epoch === epoch) return undefined;
  const message =
    lease.holder === undefined
      ? `Nobody holds the lease of ${path}, so epoch ${epoch} may not write: acquire the lease first.`
      : `The lease of ${path} is at epoch ${lease.epoch} and held by ${lease.holder.name} (process ${lease.holder.pid}), so epoch ${epoch} may not write: stop, and acquire it again.`;
  return { refused: 'store.fenced', message };
}

function sizeOf(write: FileWrite): number {
  switch (write.kind) {
    case 'append':
      return write.segments.reduce(
        (sum, { bodies, lifted }) =>
          sum +
          bodies.reduce((all, body) => all + body.length, 0) +
          lifted.reduce((all, { text }) => all + text.length, 0),
        0,
      );
    case 'blob':
      return write.bytes.byteLength;
    case 'erase':
    case 'release':
      return 0;
    case 'snapshot':
      return write.body.length;
  }
}

/** For what is worth trying and must not hide what went wrong before. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // The failure that matters was reported already.
  }
}
