import { createRequire } from 'node:module';
import type { SqliteDatabase, SqliteQuery, SqliteStatement } from './driver.ts';

/** The part of `better-sqlite3` that is used here; the package brings no types. */
type Database = new (
  path: string,
) => {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement & { raw(): SqliteQuery };
  close(): unknown;
};

const require = createRequire(import.meta.url);
const Database: Database = require('better-sqlite3');

/**
 * Opens a database by `better-sqlite3`, for `sqlite(path, { driver: new URL(import.meta.resolve('@overseer/storage/better-sqlite3')) })`.
 * It is compiled to `synchronous=NORMAL`, which a power cut makes forget what was acknowledged; the store sets `FULL` and
 * reads it back as with every driver. Throws for a path that begins or ends with blanks, which the package would cut off.
 */
export function openDatabase(path: string): SqliteDatabase {
  if (path !== path.trim()) {
    throw new Error('better-sqlite3 cannot open a path that begins or ends with a blank');
  }
  const database = new Database(path);
  return {
    exec: (sql) => {
      database.exec(sql);
    },
    prepare: (sql) => database.prepare(sql),
    prepareQuery: (sql) => database.prepare(sql).raw(),
    close: () => {
      database.close();
    },
  };
}
