import { StoreError } from '@overseer/core/plugin';
import { type KeySource, openKeys } from '../at-rest/key-ring.ts';
import { connect } from './connect.ts';
import type { Connection } from './connection.ts';
import { toStoreError } from './explain-failure.ts';
import { type AtRest, checkKeys } from './key-rows.ts';
import { migrate } from './migrate.ts';
import { loadPg } from './pg-client.ts';
import { nameOf, type PostgresOptions, settle } from './postgres-options.ts';

/**
 * Works on the tables of a journal in one transaction, beside whoever works there, and brings an older schema up to date first.
 * Throws `StoreError`: `store.unreachable` where there is no journal too, `store.key`, `store.newer`.
 */
export async function forUpkeep<T>(
  given: string | PostgresOptions,
  keys: KeySource | undefined,
  begin: string,
  work: (connection: Connection, atRest: AtRest) => Promise<T>,
): Promise<T> {
  const settings = settle(given);
  const name = nameOf(settings);
  const source = keys ?? settings.keys;
  const ring = source && (await openKeys(source));
  const atRest: AtRest = { name, ring, compression: 'none' };
  // A whole journal takes longer than one statement of a reader may.
  const purpose = { label: 'overseer upkeep', writes: true };
  const connection = await connect(await loadPg(), settings, purpose);
  try {
    const { rows } = await connection.query("SELECT to_regclass('meta') IS NOT NULL AS there");
    if (rows[0]?.['there'] !== true) {
      throw new StoreError('store.unreachable', `There is no journal in ${name}.`);
    }
    await migrate(connection, settings.schema, name);
    if (ring !== undefined) await checkKeys(connection, atRest);
    await connection.query(begin);
    const result = await work(connection, atRest);
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    throw toStoreError(error, name);
  } finally {
    // What was not committed is gone with the connection.
    await connection.end();
  }
}
