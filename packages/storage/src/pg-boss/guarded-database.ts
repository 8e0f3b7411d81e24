import type { Connection } from '../postgres/connection.ts';
import type { Guard } from '../postgres/insert-rows.ts';
import { toText } from '../postgres/names.ts';
import type { PgResult } from '../postgres/pg-client.ts';
import { type BossDatabase, databaseOf } from './boss-database.ts';

/**
 * A database for one command of pg-boss that changes something without a `WITH` of its own, and counts only while an epoch has the
 * leases of streams as an append would need them. Both are one statement, so that nobody can take over in between: it rejects
 * (`isLeaseOver`), and nothing is done, where the lease is another's or nobody's.
 */
export function guardedDatabase(
  use: (
    work: (connection: Connection) => Promise<PgResult | readonly PgResult[]>,
  ) => Promise<PgResult | readonly PgResult[]>,
  { epoch, streams }: Guard,
): BossDatabase {
  const { executeSql } = databaseOf(use);
  return {
    executeSql: (text, values = []) =>
      executeSql(guarded(text, values.length), [...values, streams.map(toText), epoch]),
  };
}

/** Whether an error says that the epoch of a guarded command was over. */
export function isLeaseOver(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === DIVISION_BY_ZERO;
}

/** How a statement without functions of its own fails on purpose; pg-boss does it in the same way. */
const DIVISION_BY_ZERO = '22012';

function guarded(text: string, values: number): string {
  const [streams, epoch] = [`$${values + 1}::text[]`, `$${values + 2}::bigint`];
  return `WITH held AS MATERIALIZED (
      SELECT name, epoch FROM lease
      WHERE (name = ANY(${streams}) OR epoch = ${epoch}) AND holder IS NOT NULL ORDER BY name FOR SHARE
    ), done AS (${text})
    SELECT 1 / (CASE WHEN coalesce(bool_or(epoch = ${epoch}), false)
      AND coalesce(bool_and(epoch = ${epoch} OR name <> ALL(${streams})), true) THEN 1 ELSE 0 END)
    FROM held`;
}
