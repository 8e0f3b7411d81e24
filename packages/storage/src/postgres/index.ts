/**
 * A durable store in PostgreSQL, for many processes and machines.
 *
 * @packageDocumentation
 */
export { isPostgresAddress } from './addresses.ts';
export { postgres } from './postgres.ts';
export type { PostgresOptions } from './postgres-options.ts';
export { postgresReservations } from './reservations/postgres-reservations.ts';
