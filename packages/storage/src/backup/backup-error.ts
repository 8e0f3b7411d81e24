import { OverseerError } from '@overseer/core/plugin';

/** Why a backup could not be made or restored. */
export type BackupErrorCode =
  | 'backup.full'
  | 'backup.mismatch'
  | 'backup.none'
  | 'backup.place'
  | 'backup.target';

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
  if (OverseerError.is(error) || !(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
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
