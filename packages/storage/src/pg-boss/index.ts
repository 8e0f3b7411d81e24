/**
 * Brings calls of models to workers through pg-boss, in the PostgreSQL database that holds the journal.
 *
 * @packageDocumentation
 */
export { type PgBossOptions, pgBoss } from './pg-boss.ts';
