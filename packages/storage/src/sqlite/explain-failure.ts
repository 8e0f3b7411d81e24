import type { StoreErrorCode } from '@overseer/core/plugin';
import type { Refusal } from './protocol.ts';

/** What an error of SQLite or of the file system means for the store, and what to do about it. */
export function explainFailure(error: unknown, path: string): Refusal {
  const refused = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  return { refused, message: `${SENTENCE[refused](path)} (${said})`.concat('.'), cause: said };
}

type FailureCode = Exclude<
  StoreErrorCode,
  | 'store.closed'
  | 'store.conflict'
  | 'store.fenced'
  | 'store.key'
  | 'store.newer'
  | 'store.unsealed'
>;

const SENTENCE: Readonly<Record<FailureCode, (path: string) => string>> = {
  'store.busy': (path) =>
    `Another process is writing to ${path} and did not finish in time: end it, or try again later`,
  'store.corrupt': (path) =>
    `${path} is damaged or is not a file of Overseer: restore it from a backup, or run "overseer repair", which leaves it as it is and keeps in a new file what is whole; only to start anew, move it away with its -wal and -shm files`,
  'store.failed': (path) =>
    `${path} could not be read or written: check the disk, then open the store again; all that was acknowledged is kept`,
  'store.full': (path) =>
    `There is no room left for ${path}: free some space, then open the store again; all that was acknowledged is kept`,
  'store.read-only': (path) =>
    `${path} may not be written: give this user the right to write the file and its folder, or choose another path`,
  'store.unreachable': (path) =>
    `${path} cannot be opened: check that its folder exists or can be made, and that the path is not a folder`,
};

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html. */
const SQLITE: Readonly<Record<number, FailureCode>> = {
  3: 'store.read-only',
  5: 'store.busy',
  6: 'store.busy',
  8: 'store.read-only',
  11: 'store.corrupt',
  13: 'store.full',
  14: 'store.unreachable',
  26: 'store.corrupt',
};

/** Of the codes that say more, those that mean something else: no room for the file by which a log is read (SQLITE_IOERR_SHMSIZE). */
const SQLITE_EXTENDED: Readonly<Record<number, FailureCode>> = { 4874: 'store.full' };

/** The same where a driver gives names. */
const SQLITE_NAMES: Readonly<Record<string, FailureCode>> = {
  PERM: 'store.read-only',
  BUSY: 'store.busy',
  LOCKED: 'store.busy',
  READONLY: 'store.read-only',
  CORRUPT: 'store.corrupt',
  FULL: 'store.full',
  CANTOPEN: 'store.unreachable',
  NOTADB: 'store.corrupt',
};

const SYSTEM: Readonly<Record<string, FailureCode>> = {
  EACCES: 'store.read-only',
  EPERM: 'store.read-only',
  EROFS: 'store.read-only',
  ENOSPC: 'store.full',
  EDQUOT: 'store.full',
  ENOENT: 'store.unreachable',
  ENOTDIR: 'store.unreachable',
  EISDIR: 'store.unreachable',
  EEXIST: 'store.unreachable',
  ELOOP: 'store.unreachable',
  ENAMETOOLONG: 'store.unreachable',
};

function codeOf(error: unknown): FailureCode {
  if (!(error instanceof Error)) return 'store.failed';
  if ('errcode' in error && typeof error.errcode === 'number') {
    return SQLITE_EXTENDED[error.errcode] ?? SQLITE[error.errcode & 0xff] ?? 'store.failed';
  }
  if (!('code' in error) || typeof error.code !== 'string') return 'store.failed';
  if (error.code === 'SQLITE_IOERR_SHMSIZE') return 'store.full';
  const name = /^SQLITE_([A-Z]+)/.exec(error.code)?.[1];
  return (name === undefined ? SYSTEM[error.code] : SQLITE_NAMES[name]) ?? 'store.failed';
}
