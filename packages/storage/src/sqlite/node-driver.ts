import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { SqliteDatabase } from './driver.ts';

/** The driver that Node brings along. */
export function openDatabase(path: string): SqliteDatabase {
  return asDriven(new DatabaseSync(path));
}

/**
 * Opens a file for reading alone: nothing of it, nor of the log beside it, is changed. `immutable` takes it as it is without a lock
 * and without the files that SQLite needs beside it, where nobody can write them.
 */
export function openToRead(path: string, how: 'shared' | 'immutable'): SqliteDatabase {
  const url = pathToFileURL(path);
  if (how === 'immutable') url.searchParams.set('immutable', '1');
  return asDriven(new DatabaseSync(how === 'immutable' ? url : path, { readOnly: true }));
}

function asDriven(database: DatabaseSync): SqliteDatabase {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    close: () => database.close(),
  };
}
