import { OverseerError } from '@overseer/core/plugin';

/** Why a backup could not be made or restored. */
export type BackupErrorCode =
  | 'backup.denied'
  | 'backup.full'
  | 'backup.mismatch'
  | 'backup.none'
  | 'backup.place'
  | 'backup.taken'
  | 'backup.target'
  | 'backup.unsealed';

/** A backup could not be made or restored. The journal and the backups that were there before are unharmed. */
export class BackupError extends OverseerError {
  static {
    BackupError.prototype.name = 'BackupError';
  }

  declare readonly code: BackupErrorCode;

  constructor(code: BackupErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(code, message, {
      ...options,
      retryable: code === 'backup.full' || code === 'backup.target',
    });
  }
}

/** What an error of the file system means for a place of backups; errors of ours stay as they are. */
export function targetError(error: unknown, name: string): unknown {
  if (!isOfSystem(error)) return error;
  if (isNoRoom(error)) {
    return new BackupError(
      'backup.full',
      `There is no room left in ${name}: free some, or keep fewer backups. Those that are there are whole.`,
      { cause: error },
    );
  }
  return new BackupError(
    'backup.target',
    `${name} cannot be used for backups (${error.message}): check that it is there and may be written.`,
    { cause: error },
  );
}

/** The same of the place where something is restored. */
export function placeError(error: unknown, place: string): unknown {
  if (!isOfSystem(error)) return error;
  const code = isNoRoom(error) ? 'backup.full' : 'backup.place';
  return new BackupError(
    code,
    `Nothing could be restored to ${place} (${error.message}): make room, or choose another path. The backups are as they were.`,
    { cause: error },
  );
}

/** Whether somebody gave up. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function isOfSystem(error: unknown): error is Error & { readonly code: unknown } {
  return error instanceof Error && !OverseerError.is(error) && 'code' in error && !isAbort(error);
}

function isNoRoom({ code }: { readonly code: unknown }): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT';
}
