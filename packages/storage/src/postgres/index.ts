/**
 * A durable store in PostgreSQL, for many processes and machines.
 *
 * @packageDocumentation
 */
export type { Finding } from '../finding.ts';
export { isPostgresAddress, redact as redactAddress } from './addresses.ts';
export { exportPostgresAudit } from './audit-postgres.ts';
export { type CompactOptions, compactPostgres } from './compact-postgres.ts';
export { examinePostgres } from './examine-postgres.ts';
export {
  type AsideMailTo,
  readAsideMail,
  removeAsideMail,
  retryAsideMail,
  type WhichMail,
} from './look-after-mail.ts';
export { postgres } from './postgres.ts';
export type { PostgresOptions } from './postgres-options.ts';
export { repairPostgres } from './repair-postgres.ts';
export { postgresReservations } from './reservations/postgres-reservations.ts';
export { rotatePostgresKeys } from './rotate-keys.ts';
export { sealPostgres } from './seal-postgres.ts';
export { verifyPostgres } from './verify-postgres.ts';
