import type { SqliteDatabase } from '../driver.ts';
import { readPragma } from './pragma.ts';

/** Free pages that are kept for what is written next: 8 MiB. */
const KEPT = 1_024;

/** Pages that are given back at once, which takes some milliseconds: 2 MiB. */
const SLICE = 256;

/** As SQLite numbers it. */
const INCREMENTAL = 2;

/**
 * Gives some pages that nothing is in back to the disk, where there are many: what was deleted makes the file smaller in the
 * end. Does nothing in a file of before this was chosen when it was made.
 */
export function giveBackPages(database: SqliteDatabase): void {
  if (Number(readPragma(database, 'freelist_count')) <= KEPT) return;
  // It frees a page with each step, and `exec` takes them all.
  database.exec(`PRAGMA incremental_vacuum(${SLICE})`);
}

/** Whether there are that many, in a file that can be made smaller. */
export function hasPagesToGive(database: SqliteDatabase): boolean {
  return (
    Number(readPragma(database, 'freelist_count')) > KEPT &&
    Number(readPragma(database, 'auto_vacuum')) === INCREMENTAL
  );
}
