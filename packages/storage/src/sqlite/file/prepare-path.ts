import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import type { Refusal } from '../protocol.ts';

/** The least that a database file can be, when it is not empty. */
const SMALLEST = 512;

/**
 * Looks at what lies at a path before SQLite does: makes missing parent folders (0700), and tells a new file from one
 * that is there. Never opens the file: closing it again would drop the locks that SQLite holds on it for another store
 * of this process (https://www.sqlite.org/howtocorrupt.html, 2.2). Throws the system's errors.
 */
export function preparePath(path: string): 'new' | 'present' | Refusal {
  const folder = dirname(path);
  makeFolder(folder);
  accessSync(folder, constants.W_OK);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'new';
  accessSync(path, constants.R_OK | constants.W_OK);
  if (found.isFile() && found.size > 0 && found.size < SMALLEST) {
    return {
      refused: 'store.corrupt',
      message: `${path} is damaged: only ${found.size} bytes of it are left. Restore it from a backup, or move it away to start anew.`,
    };
  }
  return 'present';
}

/** Makes a folder and those it is in. (Node's own way of doing that never ends below `/proc`.) */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  const parent = dirname(folder);
  makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have been faster.
    if (statSync(folder, { throwIfNoEntry: false }) === undefined) throw error;
  }
  syncFolder(parent);
}

/** A new folder outlives a power cut only when the folder it is in was written too. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
