import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '@overseer/core/plugin';

/**
 * How much room so many copies of a journal take at most where `made` is made, in bytes. Throws `StoreError` `store.full` where less is
 * free, before anything is written, and the system's errors.
 */
export function roomFor(path: string, made: string, copies: number): number {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const bytes = copies * (statSync(path).size + log);
  const folder = dirname(made);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= bytes) return bytes;
  throw new StoreError(
    'store.full',
    `Repairing ${path} takes up to ${inMib(bytes)} in ${folder} while it runs, and ${inMib(free)} are free there: free some, or choose a place on another disk (--out of the command). Nothing was written.`,
  );
}

function inMib(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576)} MiB`;
}
