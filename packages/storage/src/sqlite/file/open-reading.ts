import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SqliteDatabase } from '../driver.ts';
import { explainFailure } from '../explain-failure.ts';
import { openDatabase, openToRead } from '../node-driver.ts';
import type { Refusal } from '../protocol.ts';
import { hurtLog } from './hurt-log.ts';

/**
 * Opens a file for reading alone, in a folder too that nobody may write, and on a disk that can only be read. SQLite reads a log by a
 * file that it makes beside it: where it cannot and there is no log, the file is taken as it is. Never throws.
 */
export function openReading(path: string, busyTimeoutMs: number): SqliteDatabase | Refusal {
  try {
    const found = statSync(path);
    if (!found.isFile()) {
      return explainFailure(Object.assign(new Error('it is no file'), { code: 'EISDIR' }), path);
    }
    // Whoever closes it last may write back its log and remove it, and whoever opens it first makes its index anew: neither must be
    // where SQLite does not see all of the log.
    const whole = mayWrite(path) ? 'plainly' : 'shared';
    const how = hurtLog(path) === undefined ? whole : 'untouched';
    const first = tryOpen(path, how, busyTimeoutMs);
    if (!isKeptFromWriting(first)) return first;
    const second = how === 'shared' ? first : tryOpen(path, 'shared', busyTimeoutMs);
    if (!isKeptFromWriting(second)) return second;
    if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) {
      return tryOpen(path, 'immutable', busyTimeoutMs);
    }
  } catch (error) {
    return explainFailure(error, path);
  }
  return {
    refused: 'store.read-only',
    message: `${path} has a log beside it, ${path}-wal, with what was written last, and it cannot be read where nothing can be written: copy both files into a folder where you may write and there is room, under the same names, and look at the copy.`,
  };
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether SQLite could not make its files: nobody may, or there is no room. */
function isKeptFromWriting(opened: SqliteDatabase | Refusal): boolean {
  return (
    'refused' in opened &&
    ['store.unreachable', 'store.read-only', 'store.full'].includes(opened.refused)
  );
}

function tryOpen(
  path: string,
  how: 'plainly' | 'shared' | 'untouched' | 'immutable',
  busyTimeoutMs: number,
): SqliteDatabase | Refusal {
  let database: SqliteDatabase | undefined;
  try {
    database = how === 'plainly' ? openDatabase(path) : openToRead(path, how);
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
