import { accessSync, closeSync, constants, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';

/**
 * Sees to it that the file is there and may be written: makes missing parent folders (0700) and the file (0600), which
 * SQLite's own files beside it take after. Throws the system's errors.
 */
export function prepareFile(path: string): void {
  const folder = dirname(path);
  const firstMade = mkdirSync(folder, { recursive: true, mode: 0o700 });
  closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600));
  accessSync(folder, constants.W_OK);
  if (firstMade !== undefined) syncFolders(folder, dirname(firstMade));
}

/** A new folder outlives a power cut only when the folder it is in was written too. */
function syncFolders(from: string, to: string): void {
  if (process.platform === 'win32') return;
  for (let folder = from; ; folder = dirname(folder)) {
    const descriptor = openSync(folder, constants.O_RDONLY);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (folder === to) return;
  }
}
