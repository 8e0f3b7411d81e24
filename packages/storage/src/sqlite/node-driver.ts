import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { SqliteDatabase, SqliteQuery } from './driver.ts';

/** The driver that Node brings along. */
export function openDatabase(path: string): SqliteDatabase {
  return asDriven(new DatabaseSync(path));
}

/**
 * Opens a file for reading alone: nothing of it, nor of the log beside it, is changed. `untouched` leaves the index of the log as it is,
 * too; `immutable` takes the file as it is without a lock and without the files that SQLite needs beside it, where nobody can write them.
 */
export function openToRead(
  path: string,
  how: 'shared' | 'untouched' | 'immutable',
): SqliteDatabase {
  const url = pathToFileURL(path);
  if (how !== 'shared') url.searchParams.set(PARAMETER[how], '1');
  return asDriven(new DatabaseSync(how === 'shared' ? path : url, { readOnly: true }));
}

/** https://www.sqlite.org/uri.html#recognized_query_parameters */
const PARAMETER = { untouched: 'readonly_shm', immutable: 'immutable' } as const;

function asDriven(database: DatabaseSync): SqliteDatabase {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    prepareQuery: (sql) => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      // The types of Node tell of rows with names alone.
      return statement as unknown as SqliteQuery;
    },
    close: () => database.close(),
  };
}
