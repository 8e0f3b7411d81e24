/**
 * A durable store in one SQLite file.
 *
 * @packageDocumentation
 */
export type { Finding } from '../finding.ts';
export type {
  OpenDatabase,
  SqliteChange,
  SqliteDatabase,
  SqliteDriver,
  SqliteQuery,
  SqliteRow,
  SqliteStatement,
  SqliteValue,
} from './driver.ts';
export { examineSqlite } from './examine-sqlite.ts';
export { sqliteReservations } from './reservations/sqlite-reservations.ts';
export { type SqliteOptions, sqlite } from './sqlite.ts';
export { type AuditReport, checkAudit } from './upkeep/check-audit.ts';
export { type CompactReport, compactFile } from './upkeep/compact-file.ts';
export { exportAudit } from './upkeep/export-audit.ts';
export type { FileProblem, FileReport, StreamReport } from './upkeep/file-report.ts';
export type { UpkeepOptions } from './upkeep/open-for-upkeep.ts';
export type { RepairOptions } from './upkeep/open-to-repair.ts';
export { type RepairReport, repairFile } from './upkeep/repair-file.ts';
export type { Mended } from './upkeep/repaired-stream.ts';
export { rotateKeys } from './upkeep/rotate-keys.ts';
export { type SealReport, sealFile } from './upkeep/seal-file.ts';
export { verifyFile } from './upkeep/verify-file.ts';
