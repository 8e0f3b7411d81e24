import type { SqliteDatabase, SqliteValue } from '../driver.ts';

/** What a pragma says now. */
export function readPragma(database: SqliteDatabase, name: string): SqliteValue {
  const row = database.prepare(`PRAGMA ${name}`).get();
  return row === undefined ? null : (Object.values(row)[0] ?? null);
}
