import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Bytes of all files below a folder, after the write-ahead logs of SQLite files have been folded into them. */
export function storedBytes(folder: string): number {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files) {
    if (files.includes(`${file}-wal`)) foldLog(file);
  }
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function foldLog(file: string): void {
  const database = new DatabaseSync(file);
  database.exec('pragma wal_checkpoint(TRUNCATE)');
  database.close();
}
