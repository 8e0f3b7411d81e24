import { hash as digest } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { StoreError } from '@overseer/core/plugin';
import type { SqliteDatabase, SqliteRow } from '../driver.ts';
import { toRow } from '../file/event-row.ts';
import { JOURNAL } from '../file/file-format.ts';
import { openAs } from '../file/open-file.ts';
import { RunTable } from '../file/run-table.ts';
import { isRefusal } from '../protocol.ts';
import { toStoreError } from '../store-error.ts';
import { blobColumns, checkBlob } from './check-blobs.ts';
import { checkEvent } from './check-event.ts';
import { isWholeSnapshot } from './check-frame.ts';
import { breathe, type LookedAt, type UpkeepOptions } from './open-for-upkeep.ts';
import { openToRepair, type RepairOptions } from './open-to-repair.ts';
import { Quarantine } from './quarantine.ts';
import {
  type FoundEvent,
  type Mended,
  type MendedEvent,
  RepairedStream,
} from './repaired-stream.ts';
import { salvage } from './salvage.ts';
import { nameOfStream } from './stream-names.ts';
import { columnsOf } from './verify-file.ts';

/** What a repair did. */
export interface RepairReport {
  readonly path: string;
  /** The repaired journal; what was damaged is in a file beside it, named the same with `.quarantine.jsonl`. */
  readonly repaired: string;
  readonly streams: readonly Mended[];
  /** How many rows of anything were damaged and are in quarantine. */
  readonly quarantined: number;
}

/**
 * Makes a sound journal of a damaged one, in a new file; the old one is left as it is. Every event that is whole is kept in its
 * place. One that is damaged gives way to an `event.erased` that says it was lost, and stands in quarantine as it was; behind the
 * last whole event of a stream nothing is put. What is derived is made anew. Throws `StoreError` `store.unreachable`
 * where `repaired` or its quarantine is there already, `store.full` where there is less room than it takes, and as `verifyFile` does.
 */
export async function repairFile(
  path: string,
  repaired: string,
  options: RepairOptions = {},
): Promise<RepairReport> {
  const quarantined = `${repaired}.quarantine.jsonl`;
  for (const made of [repaired, quarantined]) {
    if (!existsSync(made)) continue;
    const words = `${made} is there already: move it away, or choose another name.`;
    throw new StoreError('store.unreachable', words);
  }
  using file = await openToRepair(path, `${repaired}.part`, options);
  const { openDatabase } = await import('../node-driver.ts');
  const made = openAs(JOURNAL, { path: repaired, openDatabase, busyTimeoutMs: 5_000 });
  if (isRefusal(made)) {
    removeWhole(repaired);
    throw toStoreError(made);
  }
  using quarantine = new Quarantine(quarantined);
  try {
    made.exec('BEGIN IMMEDIATE');
    await copyBlobs(file, made, quarantine, options);
    copyKeys(file, made, quarantine);
    const streams = await copyEvents(file, made, quarantine, options);
    copySnapshots(file, made, quarantine);
    made.exec('COMMIT');
    made.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    made.close();
    return { path, repaired, streams, quarantined: quarantine.count };
  } catch (error) {
    made.close();
    removeWhole(repaired);
    throw error;
  }
}

/** Nothing was there before. */
function removeWhole(repaired: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${repaired}${end}`, { force: true });
}

/** An event, and the stream that it belongs to. */
interface Placed {
  readonly stream: RepairedStream;
  readonly row: FoundEvent;
}

async function copyBlobs(
  file: LookedAt,
  made: SqliteDatabase,
  quarantine: Quarantine,
  { signal }: UpkeepOptions,
): Promise<void> {
  const insert = made.prepare(
    'INSERT OR IGNORE INTO blob (hash, bytes, data_key, sum) VALUES (?, ?, ?, ?)',
  );
  for (const rows of salvage(file, { table: 'blob', key: 'id', columns: blobColumns(file) })) {
    for (const found of rows) {
      const row = underItsName(found);
      if (checkBlob(file, row) === 'damaged') quarantine.put('blob', found, 'it is changed');
      else insert.run(...valuesOf(row, ['hash', 'bytes', 'data_key', 'sum']));
    }
    await breathe(signal);
  }
}

function copyKeys(file: LookedAt, made: SqliteDatabase, quarantine: Quarantine): void {
  if (file.packing === undefined) return;
  const columns = ['id', 'owner', 'master', 'wrapped', 'erased_at'];
  const insert = made.prepare(
    `INSERT OR IGNORE INTO data_key (${columns.join(', ')}) VALUES (?, ?, ?, ?, ?)`,
  );
  for (const rows of salvage(file, { table: 'data_key', key: 'id', columns: columns.join(', ') })) {
    for (const row of rows) {
      const isOpen = !file.hasKeys || row['wrapped'] === null;
      if (isOpen || file.packing.keys.byId(Number(row['id'])) !== undefined) {
        insert.run(...valuesOf(row, columns));
      } else quarantine.put('data_key', row, 'it does not open');
    }
  }
}

async function copyEvents(
  file: LookedAt,
  made: SqliteDatabase,
  quarantine: Quarantine,
  { signal, onProgress }: UpkeepOptions,
): Promise<readonly Mended[]> {
  const runs = new RunTable(made);
  const names = new Map<number, string>();
  const streams = new Map<string, RepairedStream>();
  const addStream = made.prepare('INSERT INTO stream (name) VALUES (?)');
  const insert = made.prepare(
    'INSERT INTO event (stream, seq, run, body, lifted, hash, packed) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const findBlob = made.prepare('SELECT 1 FROM blob WHERE hash = ?');
  const hasBlob = (name: string): boolean => findBlob.get(Buffer.from(name, 'hex')) !== undefined;
  let epoch = epochOf(file);
  let done = 0;
  const columns = `cursor, stream, ${columnsOf(file)}`;
  for (const rows of salvage(file, { table: 'event', key: 'cursor', columns })) {
    for (const raw of rows) {
      const { stream, row } = placeOf(Number(raw['stream']), toRow(raw));
      const checked = checkEvent(row, stream.name, file.packing, file.hasKeys);
      const missing =
        checked.kind === 'erased' ? undefined : checked.names.find((name) => !hasBlob(name));
      const problem =
        checked.problem ?? (missing === undefined ? undefined : `blob ${missing} is missing`);
      epoch = Math.max(epoch, checked.epoch);
      stream.take(row, { run: checked.run, problem }, raw);
    }
    done += rows.length;
    onProgress?.(done, done);
    await breathe(signal);
  }
  made.prepare('UPDATE lease SET epoch = ?').run(epoch);
  return [...streams.values()].map((stream) => stream.end());

  /** Where an event belongs: where its hash proves it to be next, whatever it says of its place, and else where it says. */
  function placeOf(id: number, row: FoundEvent): Placed {
    const own = streamOf(id);
    if (own.follows(row)) return { stream: own, row };
    for (const stream of [own, ...streams.values()]) {
      const moved = { ...row, seq: stream.next };
      if (stream.follows(moved)) return { stream, row: moved };
    }
    return { stream: own, row };
  }

  function streamOf(id: number): RepairedStream {
    const name = names.get(id) ?? nameOfStream(file.database, id, columnsOf(file)) ?? `lost/${id}`;
    names.set(id, name);
    const known = streams.get(name);
    if (known !== undefined) return known;
    const place = Number(addStream.run(name).lastInsertRowid);
    const keep = ({ seq, run, body, lifted, hash, packed }: MendedEvent): void => {
      const runId = run === undefined ? null : runs.note(run, place, seq);
      insert.run(place, seq, runId, body, lifted, hash, packed);
    };
    const stream = new RepairedStream(name, keep, quarantine);
    streams.set(name, stream);
    return stream;
  }
}

function copySnapshots(file: LookedAt, made: SqliteDatabase, quarantine: Quarantine): void {
  const columns = ['stream', 'fold_version', 'seq', 'body', 'packed', 'sum'];
  const named =
    file.packing === undefined
      ? 'stream, fold_version, seq, body, NULL AS packed, NULL AS sum'
      : columns.join(', ');
  const insert = made.prepare(
    `INSERT INTO snapshot (${columns.join(', ')}) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const head = made.prepare(
    'SELECT max(seq) AS seq FROM event JOIN stream ON stream.id = event.stream WHERE name = ?',
  );
  for (const rows of salvage(file, { table: 'snapshot', key: 'id', columns: named })) {
    for (const row of rows) {
      const end = Number(head.get(String(row['stream']))?.['seq'] ?? 0);
      if (isWholeSnapshot(row) && Number(row['seq']) <= end) insert.run(...valuesOf(row, columns));
      else quarantine.put('snapshot', row, 'it is changed, or tells of more than there is');
    }
  }
}

function epochOf(file: LookedAt): number {
  try {
    return Number(
      file.database.prepare('SELECT max(epoch) AS epoch FROM lease').get()?.['epoch'] ?? 0,
    );
  } catch {
    return 0;
  }
}

/** Bytes in the clear are their own proof, whatever name they are found under. */
function underItsName(row: SqliteRow): SqliteRow {
  const { bytes, data_key: keyId, sum } = row;
  if (!(bytes instanceof Uint8Array) || keyId !== null || sum !== null) return row;
  return { ...row, hash: digest('sha256', bytes, 'buffer') };
}

function valuesOf(row: SqliteRow, columns: readonly string[]): SqliteRow[string][] {
  return columns.map((column) => row[column] ?? null);
}
