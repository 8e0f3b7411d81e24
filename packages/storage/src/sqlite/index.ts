/**
 * A durable store in one SQLite file.
 *
 * @packageDocumentation
 */
export type {
  OpenDatabase,
  SqliteChange,
  SqliteDatabase,
  SqliteDriver,
  SqliteRow,
  SqliteStatement,
  SqliteValue,
} from './driver.ts';
export { sqliteReservations } from './reservations/sqlite-reservations.ts';
export { type SqliteOptions, sqlite } from './sqlite.ts';
