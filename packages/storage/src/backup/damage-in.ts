import { OverseerError, StoreError } from '@overseer/core/plugin';
import { PackageError, type PackageErrorCode } from '../package/package-error.ts';
import type { BackupTarget } from './backup-target.ts';

const OF_PACKAGE: ReadonlySet<string> = new Set<PackageErrorCode>([
  'package.damaged',
  'package.torn',
  'package.form',
]);

/** Whether a backup is not what was made, so that an older one may be. */
export function isDamage(error: unknown): error is OverseerError {
  if (!OverseerError.is(error)) return false;
  return OF_PACKAGE.has(error.code) || ['store.corrupt', 'backup.mismatch'].includes(error.code);
}

/** What is wrong with a part of a backup, with its name and what to do; what is no damage, or names it already, stays as it is. */
export function damageIn(error: unknown, name: string, target: BackupTarget): unknown {
  if (!isDamage(error) || error.code === 'backup.mismatch') return error;
  const message = `${name} in ${target.name} cannot be used. ${error.message} Where there is no other copy of it, restore goes without it by skipDamaged (--skip-damaged): with the next older backup, or with what came before.`;
  return error.code === 'store.corrupt'
    ? new StoreError('store.corrupt', message, { cause: error })
    : new PackageError(error.code as PackageErrorCode, message, { cause: error });
}
