import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import type { SqliteDatabase } from '../driver.ts';

/**
 * Copies a database to a file (mode 0600) that is there whole or not at all, unless it is there already. What a process that
 * died left of one is made anew. Several processes may try at once.
 */
export function copyWhole(database: SqliteDatabase, copy: string): void {
  if (existsSync(copy)) return;
  const part = `${copy}.${randomUUID()}.part`;
  try {
    closeSync(openSync(part, 'wx', 0o600));
    database.prepare('VACUUM INTO ?').run(part);
    sync(part, 'r+');
    // Another process may have made it, and have gone on to change what was copied here.
    if (!existsSync(copy)) renameSync(part, copy);
  } catch (error) {
    // Another that was faster takes away what is left of parts.
    if (!existsSync(copy)) throw error;
  } finally {
    rmSync(part, { force: true });
  }
  if (process.platform !== 'win32') sync(dirname(copy), 'r');
  for (const name of readdirSync(dirname(copy))) {
    const isLeft = name.startsWith(`${basename(copy)}.`) && name.endsWith('.part');
    if (isLeft) rmSync(join(dirname(copy), name), { force: true });
  }
}

function sync(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
