import { statSync } from 'node:fs';
import { hiddenCommits } from '../pages/hidden-commits.ts';
import type { Refusal } from '../protocol.ts';

/**
 * Why a file must not be opened for writing because of the log beside it: SQLite would drop what it does not see of it, for good. Throws
 * the system's errors.
 */
export function hurtLog(path: string): Refusal | undefined {
  const log = `${path}-wal`;
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) === 0) return undefined;
  if (statSync(path, { throwIfNoEntry: false })?.size === 0) {
    return damaged(path, `nothing is left of it but what ${log} holds`);
  }
  const hidden = hiddenCommits(path);
  return hidden === undefined ? undefined : damaged(path, `${log} is, and ${hidden}`);
}

function damaged(path: string, what: string): Refusal {
  return {
    refused: 'store.corrupt',
    message: `${path} is damaged: ${what}. Run "overseer repair", which leaves it as it is, or restore it from a backup.`,
  };
}
