import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of a test file's own, gone when the file is over. */
export interface TemporaryFolder {
  readonly path: string;
  /** A path in it that nobody had before. */
  newPath(extension?: string): string;
}

/** Makes a folder for the test file that asks; `afterAll` is the runner's. */
export function temporaryFolder(afterAll: (remove: () => Promise<void>) => void): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'overseer-'));
  afterAll(() => rm(path, { recursive: true }));
  let count = 0;
  return { path, newPath: (extension = 'db') => join(path, `${count++}.${extension}`) };
}
