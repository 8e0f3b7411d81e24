import type { SqliteDatabase } from '../driver.ts';
import { readPragma } from './pragma.ts';

/**
 * Writes the whole log back and empties it, so that nothing of what was erased stays in it. Says whether that was done, for a
 * reader may stand in the way; `at once` waits for none.
 */
export function truncateLog(database: SqliteDatabase, how: 'waiting' | 'at once'): boolean {
  const waitMs = Number(readPragma(database, 'busy_timeout'));
  if (how === 'at once') database.exec('PRAGMA busy_timeout = 0');
  try {
    // The first column is `busy`, https://www.sqlite.org/pragma.html#pragma_wal_checkpoint.
    return Number(readPragma(database, 'wal_checkpoint(TRUNCATE)')) === 0;
  } finally {
    database.exec(`PRAGMA busy_timeout = ${waitMs}`);
  }
}
