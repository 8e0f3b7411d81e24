/**
 * A durable store in one SQLite file.
 *
 * @packageDocumentation
 */
export type { Finding } from '../finding.ts';
export type {
  OpenDatabase,
  SqliteChange,
  SqliteDatabase,
  SqliteDriver,
  SqliteRow,
  SqliteStatement,
  SqliteValue,
} from './driver.ts';
export { examineSqlite } from './examine-sqlite.ts';
export { sqliteReservations } from './reservations/sqlite-reservations.ts';
export { type SqliteOptions, sqlite } from './sqlite.ts';
