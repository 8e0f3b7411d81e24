import type { SqliteDatabase } from '@overseer/storage/sqlite';
import { openDatabase as open } from '../../packages/storage/src/sqlite/node-driver.ts';

/**
 * A driver that syncs only at checkpoints and says that it syncs every commit: what the store refuses when it is told
 * the truth. A store on it must lose in a power cut, or the power cut is none.
 */
export function openDatabase(path: string): SqliteDatabase {
  const database = open(path);
  return {
    ...database,
    exec: (sql) => database.exec(sql.replace('synchronous = FULL', 'synchronous = NORMAL')),
    prepare: (sql) =>
      database.prepare(sql === 'PRAGMA synchronous' ? 'SELECT 2 AS synchronous' : sql),
  };
}
