import { StoreError } from '@overseer/core/plugin';
import type { Connection } from './connection.ts';

/** How many schemas are named at most. */
const MOST = 10;

/** Says that no journal is in the schema of a session, and which other schemas of the database have one. */
export async function noJournal(connection: Connection, name: string): Promise<StoreError> {
  const { rows } = await connection.query(`
    SELECT nspname AS schema FROM pg_namespace n
    WHERE (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname IN ('meta', 'event', 'run_span')) = 3
    ORDER BY nspname LIMIT ${MOST}`);
  const schemas = rows.map(({ schema }) => String(schema));
  const others =
    schemas.length === 0
      ? ''
      : `; there ${schemas.length === 1 ? 'is one in the schema' : 'are some in the schemas'} ${schemas.join(', ')}: add ?overseer_schema=NAME to the address`;
  return new StoreError('store.unreachable', `There is no journal in ${name}${others}.`);
}
