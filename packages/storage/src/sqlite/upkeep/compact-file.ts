import { BlobTable } from '../file/blob-table.ts';
import { dropOldSnapshots } from '../file/old-snapshots.ts';
import { RunTable } from '../file/run-table.ts';
import { SnapshotTable } from '../file/snapshot-table.ts';
import { StreamTable } from '../file/stream-table.ts';
import { SweepRound } from '../file/sweep-round.ts';
import type { UpkeepOptions } from './open-for-upkeep.ts';
import { type OwnedFile, ownFile } from './own-file.ts';

/** What compacting removed. */
export interface CompactReport {
  /** Large values that nothing named. */
  readonly blobs: number;
  /** Snapshots that newer ones took the place of. */
  readonly snapshots: number;
  /** Bytes of both. */
  readonly bytes: number;
  /** An event that cannot be read as it was written: nobody knows what it names, so that no value was removed after it was met. */
  readonly damaged?: { readonly stream: string; readonly seq: number };
  /** How many large values were left that nothing named, of a database to which somebody wrote for long without an end. */
  readonly left?: number;
}

/**
 * Removes from a file what nothing names any more: large values, and snapshots that those of a newer version took the place of; the room
 * goes back to the disk. A store does so by itself while nobody asks it for anything; this needs the file for itself, and looks at all at
 * once. Throws `StoreError`: `store.busy` while an overseer works on the file, `store.key`, and as opening does.
 */
export async function compactFile(
  path: string,
  { keys, onProgress }: UpkeepOptions = {},
): Promise<CompactReport> {
  const report = await ownFile(path, keys, 'large', (file) => compact(file, onProgress));
  const { openDatabase } = await import('../node-driver.ts');
  const database = openDatabase(path);
  try {
    database.exec(
      'PRAGMA busy_timeout = 5000; PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)',
    );
  } finally {
    database.close();
  }
  return report;
}

function compact(
  { database, packing }: OwnedFile,
  onProgress: UpkeepOptions['onProgress'],
): CompactReport {
  const tables = {
    streams: new StreamTable(database),
    runs: new RunTable(database),
    blobs: new BlobTable(database, packing),
    packing,
  };
  const snapshots = new SnapshotTable(database, packing);
  const all = Number(database.prepare('SELECT count(*) AS n FROM event').get()?.['n'] ?? 0);
  let [after, blobs, bytes] = [0, 0, 0];
  let damaged: CompactReport['damaged'];
  while (damaged === undefined) {
    const to = Number.MAX_SAFE_INTEGER;
    const round = SweepRound.begin(database, tables, snapshots, { after, to });
    if (round === undefined) break;
    let state = round.mark();
    while (state === 'more') state = round.mark();
    damaged = round.damaged;
    while (state === 'marked' && round.left > 0) {
      const removed = round.remove();
      blobs += removed.blobs;
      bytes += removed.bytes;
    }
    after = round.last;
  }
  const before = countSnapshots();
  bytes += dropOldSnapshots(database, 'drop');
  onProgress?.(all, all);
  const report = { blobs, snapshots: before - countSnapshots(), bytes };
  return damaged === undefined ? report : { ...report, damaged };

  function countSnapshots(): number {
    return Number(database.prepare('SELECT count(*) AS n FROM snapshot').get()?.['n'] ?? 0);
  }
}
