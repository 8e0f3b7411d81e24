import type { SqliteDatabase } from '../driver.ts';
import { copyWhole } from './copy-whole.ts';
import { readPragma } from './pragma.ts';
import { APPLICATION_ID } from './schema.ts';

/**
 * Brings the schema up to date, in one transaction, after a copy of an older file was put beside it (`<path>.v<n>.bak`).
 * Several processes may try at once; one does it.
 */
export function migrate(
  database: SqliteDatabase,
  path: string,
  migrations: readonly string[],
  applicationId: number = APPLICATION_ID,
): void {
  const before = versionOf(database);
  if (before >= migrations.length) return;
  if (before > 0) copyWhole(database, copyBefore(path, before));
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const sql of migrations.slice(versionOf(database))) database.exec(sql);
    database.exec(`PRAGMA application_id = ${applicationId}`);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Where the copy of a file is that was of a version before it was brought up to date. */
export function copyBefore(path: string, version: number): string {
  return `${path}.v${version}.bak`;
}

function versionOf(database: SqliteDatabase): number {
  return Number(readPragma(database, 'user_version'));
}
