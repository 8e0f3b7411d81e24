import { StoreError } from '@overseer/core/plugin';
import { type KeySource, openKeys } from '../at-rest/key-ring.ts';
import { advisoryKey } from './advisory-key.ts';
import { connect } from './connect.ts';
import type { Connection } from './connection.ts';
import { toStoreError } from './explain-failure.ts';
import { type AtRest, checkKeys } from './key-rows.ts';
import { mendMeta, requireReadable } from './meta-rows.ts';
import { migrate } from './migrate.ts';
import { noJournal } from './no-journal.ts';
import { loadPg } from './pg-client.ts';
import { nameOf, type PostgresOptions, settle } from './postgres-options.ts';

/** A session that looks after the tables of a journal. */
export interface UpkeepSession extends AsyncDisposable {
  readonly connection: Connection;
  readonly atRest: AtRest;
  readonly schema: string;
}

/**
 * What a session is for: reading alone, also on a standby, which refuses an older schema; or writing, which brings it up to date
 * first; or a repair, which has the schema say again what it is before that.
 */
export type UpkeepPurpose = 'reads' | 'writes' | 'repairs';

/**
 * Opens a session on the tables of a journal, beside whoever works there. Throws `StoreError`: `store.unreachable` where there is no
 * journal too, `store.key`, `store.newer`, and for reading `store.read-only` where the schema is older.
 */
export async function openUpkeep(
  given: string | PostgresOptions,
  keys: KeySource | undefined,
  purpose: UpkeepPurpose = 'writes',
): Promise<UpkeepSession> {
  const settings = { ...settle(given), readOnly: purpose === 'reads' };
  const name = nameOf(settings);
  const source = keys ?? settings.keys;
  const ring = source && (await openKeys(source));
  const atRest: AtRest = { name, ring, compression: 'large' };
  // No limit of the server ends what goes through a whole journal.
  const session = { label: 'overseer upkeep', writes: true };
  const connection = await connect(await loadPg(), settings, session);
  // A whole journal takes longer than one statement of others may.
  connection.takeTime();
  try {
    const { rows } = await connection.query("SELECT to_regclass('meta') IS NOT NULL AS there");
    if (rows[0]?.['there'] !== true) throw await noJournal(connection, name);
    if (purpose === 'repairs') await mendMeta(connection);
    if (purpose === 'reads') await requireReadable(connection, name);
    else await migrate(connection, settings.schema, name);
    if (ring !== undefined) await checkKeys(connection, atRest);
  } catch (error) {
    await connection.end();
    throw toStoreError(error, name);
  }
  // What was not committed is gone with the connection.
  const { schema } = settings;
  return { connection, atRest, schema, [Symbol.asyncDispose]: () => connection.end() };
}

/** Reads the tables of a journal as of one moment. Throws as `openUpkeep` does for reading. */
export async function readForUpkeep<T>(
  given: string | PostgresOptions,
  keys: KeySource | undefined,
  work: (connection: Connection, atRest: AtRest) => Promise<T>,
): Promise<T> {
  await using session = await openUpkeep(given, keys, 'reads');
  const { connection, atRest } = session;
  try {
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(connection, atRest);
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    throw toStoreError(error, atRest.name);
  }
}

/**
 * Works on the tables of a journal in many transactions, and nobody else does so at the same time. Throws as `openUpkeep`, and
 * `store.busy` where somebody does.
 */
export async function aloneForUpkeep<T>(
  given: string | PostgresOptions,
  keys: KeySource | undefined,
  work: (session: UpkeepSession) => Promise<T>,
  purpose: UpkeepPurpose = 'writes',
): Promise<T> {
  await using session = await openUpkeep(given, keys, purpose);
  const { connection, atRest, schema } = session;
  try {
    const values = [advisoryKey('upkeep', schema)];
    const { rows } = await connection.query({
      text: 'SELECT pg_try_advisory_lock($1) AS got',
      values,
    });
    if (rows[0]?.['got'] !== true) {
      const problem = `Somebody else seals, repairs or compacts ${atRest.name}: wait for that to end.`;
      throw new StoreError('store.busy', problem);
    }
    try {
      return await work(session);
    } finally {
      // The server may notice only later that a session is over, and whoever comes next must not wait for that.
      const unlock = { text: 'SELECT pg_advisory_unlock($1)', values };
      await connection.query(unlock).catch(() => undefined);
    }
  } catch (error) {
    throw toStoreError(error, atRest.name);
  }
}

/** Does work in a transaction of its own. */
export async function inTransaction<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.query('BEGIN');
  try {
    const result = await work();
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
