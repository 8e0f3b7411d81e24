/**
 * Backups of a SQLite journal: continuous, checked, restored to any moment, and tried.
 *
 * @packageDocumentation
 */
export { type BackupDone, type BackupOptions, backUp } from './back-up.ts';
export { BackupError, type BackupErrorCode } from './backup-error.ts';
export { type BackupSet, setsIn } from './backup-names.ts';
export type { BackupTarget, KeptBackup } from './backup-target.ts';
export { type DrillOptions, type DrillReport, drill } from './drill.ts';
export { folderTarget } from './folder-target.ts';
export { type Restored, type RestoreOptions, type RestoreProgress, restore } from './restore.ts';
export type { Retention } from './retention.ts';
export { type BackupNotice, type WatchOptions, watchBackups } from './watch-backups.ts';
