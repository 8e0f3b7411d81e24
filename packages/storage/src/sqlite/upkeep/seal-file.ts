import type { KeySource } from '../../at-rest/key-ring.ts';
import type { SqliteRow } from '../driver.ts';
import { BlobTable } from '../file/blob-table.ts';
import { rowHash } from '../file/event-hash.ts';
import { EVENT_COLUMNS, toRow } from '../file/event-row.ts';
import { EventTable } from '../file/event-table.ts';
import { openEvent } from '../file/open-event.ts';
import { RunTable } from '../file/run-table.ts';
import { SnapshotTable } from '../file/snapshot-table.ts';
import { StreamTable } from '../file/stream-table.ts';
import { damagedEvent, toStoreError } from '../store-error.ts';
import { type OwnedFile, ownFile } from './own-file.ts';

/** What sealing a file did. */
export interface SealReport {
  /** Events that were in the clear before, or whose seal did not hold the names of their large strings. */
  readonly sealed: number;
  /** Where each stream ends now; the hashes are new from the first event on that was sealed. */
  readonly streams: readonly {
    readonly name: string;
    readonly events: number;
    readonly hash: string;
  }[];
}

/**
 * Seals all of a journal that is in the clear, each event under the key of its run, and writes the file anew so that nothing of
 * what was readable is left in it: in one transaction, so that a crash leaves it as it was. Copies of the file, such as
 * `<path>.v3.bak`, are not touched. Throws `StoreError`: `store.busy` while an overseer works on the file, `store.key`, and
 * `store.corrupt` for the first event that is damaged.
 */
export async function sealFile(path: string, keys: KeySource): Promise<SealReport> {
  const report = await ownFile(path, keys, 'large', (file) => seal(file, path));
  const { openDatabase } = await import('../node-driver.ts');
  const database = openDatabase(path);
  try {
    // Pages that were let go still hold what was readable.
    database.exec('PRAGMA busy_timeout = 5000; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
  return report;
}

function seal({ database, packing }: OwnedFile, path: string): SealReport {
  const streams = new StreamTable(database);
  const runs = new RunTable(database);
  const blobs = new BlobTable(database, packing);
  const events = new EventTable(database, path, { streams, runs, blobs, packing });
  const page = database.prepare(
    `SELECT cursor, ${EVENT_COLUMNS} FROM event WHERE stream = ? AND seq > ? ORDER BY seq LIMIT 200`,
  );
  const update = database.prepare(
    'UPDATE event SET body = ?, lifted = ?, hash = ?, packed = ? WHERE cursor = ?',
  );
  let sealed = 0;
  const ends = streams.names().map((stream) => {
    let [before, was, last] = ['', '', 0];
    const id = streams.idOf(stream) ?? 0;
    for (let rows = page.all(id, 0); rows.length > 0; rows = page.all(id, last)) {
      for (const raw of rows) {
        const next = anew(raw, stream, was);
        before = rowHash(before, next.row);
        update.run(next.row.body, next.row.lifted, before, next.row.packed, Number(raw['cursor']));
        was = next.was;
        last = next.row.seq;
        if (next.isNew) sealed++;
      }
    }
    return { name: stream, events: last, hash: before };
  });
  sealTheRest();
  return { sealed, streams: ends };

  function anew(raw: SqliteRow, stream: string, before: string) {
    const row = toRow(raw);
    const run = row.run === undefined ? undefined : runs.nameOf(row.run);
    if (rowHash(before, { ...row, stream }) !== row.hash) throw damaged(row.seq);
    const asItIs = { row: { ...row, stream }, was: row.hash, isNew: false };
    if (row.packed !== null && packing.isBound(row.packed)) return asItIs;
    const opened = openEvent(packing, { stream, run }, row);
    if (opened === undefined) throw damaged(row.seq);
    if (opened.isErased) return asItIs;
    const strings = opened.places.map(([at, name]) => ({ path: at, text: textOf(name, row.seq) }));
    const place = { stream, seq: row.seq, run };
    return { row: events.rowOf(place, opened.body, strings), was: row.hash, isNew: true };
  }

  function textOf(name: string, seq: number): string {
    const bytes = blobs.getLifted(name);
    if (!(bytes instanceof Uint8Array)) throw damaged(seq);
    return Buffer.from(bytes).toString('utf8');
  }

  /** Large values by themselves, and snapshots. What only events named has been kept again, sealed. */
  function sealTheRest(): void {
    const kept = database.prepare('SELECT hash FROM blob WHERE data_key IS NULL').all();
    for (const { hash } of kept) {
      const name = hash instanceof Uint8Array ? Buffer.from(hash).toString('hex') : '';
      const bytes = blobs.getLifted(name);
      if (bytes instanceof Uint8Array) blobs.put(bytes);
    }
    database.exec('DELETE FROM blob WHERE data_key IS NULL');
    const snapshots = new SnapshotTable(database, packing);
    const drop = database.prepare('DELETE FROM snapshot WHERE stream = ? AND fold_version = ?');
    for (const row of database.prepare('SELECT stream, fold_version FROM snapshot').all()) {
      const at = { stream: String(row['stream']), foldVersion: Number(row['fold_version']) };
      const found = snapshots.latest(at.stream, at.foldVersion);
      if (found !== undefined) snapshots.put({ kind: 'snapshot', ...at, ...found });
      // One that is damaged would stay as it is, in the clear, and is a cache of no use.
      else drop.run(at.stream, at.foldVersion);
    }
  }

  function damaged(seq: number): Error {
    return toStoreError(damagedEvent(path, seq));
  }
}
