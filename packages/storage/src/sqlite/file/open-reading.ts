import { statSync } from 'node:fs';
import type { SqliteDatabase } from '../driver.ts';
import { explainFailure } from '../explain-failure.ts';
import { openToRead } from '../node-driver.ts';
import type { Refusal } from '../protocol.ts';

/**
 * Opens a file for reading alone, in a folder too that nobody may write, and on a disk that can only be read. SQLite reads a log by a
 * file that it makes beside it: where it cannot and there is no log, the file is taken as it is. Never throws.
 */
export function openReading(path: string, busyTimeoutMs: number): SqliteDatabase | Refusal {
  const shared = tryOpen(path, 'shared', busyTimeoutMs);
  if (!('refused' in shared) || !MAY_NOT_WRITE.includes(shared.refused)) return shared;
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return shared;
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) {
    return tryOpen(path, 'immutable', busyTimeoutMs);
  }
  return {
    refused: 'store.read-only',
    message: `${path} has a log beside it, ${path}-wal, with what was written last, and it cannot be read where nothing may be written: copy both files into a folder that you may write, under the same names, and look at the copy.`,
  };
}

/** What SQLite says where it cannot make its files. */
const MAY_NOT_WRITE: readonly string[] = ['store.unreachable', 'store.read-only'];

function tryOpen(
  path: string,
  how: 'shared' | 'immutable',
  busyTimeoutMs: number,
): SqliteDatabase | Refusal {
  let database: SqliteDatabase | undefined;
  try {
    database = openToRead(path, how);
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA query_only = 1`);
    // Only the first look at it tells whether it can be read.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    try {
      database?.close();
    } catch {
      // What went wrong first is what matters.
    }
    return explainFailure(error, path);
  }
}
