import { DatabaseSync } from 'node:sqlite';
import type { SqliteDatabase } from './driver.ts';

/** The driver that Node brings along. */
export function openDatabase(path: string): SqliteDatabase {
  const database = new DatabaseSync(path);
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    close: () => database.close(),
  };
}
