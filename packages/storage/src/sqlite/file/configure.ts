import type { SqliteDatabase } from '../driver.ts';
import type { Refusal } from '../protocol.ts';
import { readPragma } from './pragma.ts';
import { PAGE_BYTES } from './schema.ts';

/** The WAL file is cut back to this after it grew past it. */
const WAL_FILE_BYTES = 64 * 1_048_576;

/**
 * Sets what durability rests on, and reads it back: a write-ahead log, and an fsync in every commit. Drivers are
 * compiled with different defaults, and some file systems refuse. The busy timeout must be set already.
 */
export function configure(
  database: SqliteDatabase,
  path: string,
  checkpointPages = 0,
): Refusal | undefined {
  // Both can be chosen only before the first page is written.
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  for (const [name, value] of SETTINGS) database.exec(`PRAGMA ${name} = ${value}`);
  database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
  for (const [name, expected] of [...REQUIRED, ['wal_autocheckpoint', checkpointPages] as const]) {
    const actual = readPragma(database, name);
    if (actual !== expected) {
      return {
        refused: 'store.unreachable',
        message: `${path} cannot be kept safely: SQLite answers ${name} = ${actual} where ${expected} is needed. Put it on a local disk.`,
      };
    }
  }
  return undefined;
}

const SETTINGS: readonly (readonly [name: string, value: string | number])[] = [
  ['journal_mode', 'WAL'],
  ['synchronous', 'FULL'],
  // Only macOS heeds these two: there, a plain fsync does not reach the medium.
  ['fullfsync', 1],
  ['checkpoint_fullfsync', 1],
  ['journal_size_limit', WAL_FILE_BYTES],
  ['cell_size_check', 1],
  // What was deleted or replaced is overwritten: a key that was erased must not linger in a free page.
  ['secure_delete', 1],
  ['trusted_schema', 0],
  ['cache_size', -8_000],
];

const REQUIRED: readonly (readonly [name: string, value: string | number])[] = [
  ['journal_mode', 'wal'],
  ['synchronous', 2],
];
