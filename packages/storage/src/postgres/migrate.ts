import { StoreError } from '@overseer/core/plugin';
import { advisoryKey } from './advisory-key.ts';
import type { Connection } from './connection.ts';
import { noJournal } from './no-journal.ts';
import { MIGRATIONS, WRITER_VERSION } from './schema.ts';
import { waitForStandby } from './wait-for-standby.ts';

/** How long another's change of the schema is waited for. */
const LONGEST = '30min';

/**
 * Brings the schema up to date, in one transaction. Of several processes that try at once, one does it. Throws `StoreError`
 * `store.newer` where a newer version was there, and the driver's errors, as where a commit waits for a standby that is not there.
 */
export async function migrate(
  connection: Connection,
  schema: string,
  name: string,
  migrations: readonly string[] = MIGRATIONS,
): Promise<void> {
  if ((await versionOf(connection, name, migrations.length)) === migrations.length) return;
  // While a commit may take no longer than others: where there is no standby, the one below would wait without a word.
  await waitForStandby(connection);
  // Before the transaction, which then sees what others did while this one waited.
  const key = advisoryKey('migrate', schema);
  // A new index of a large table takes longer than others may, for whoever makes it and for who waits for that.
  using _ = connection.takeTime();
  await connection.query(`SET lock_timeout = '${LONGEST}'`);
  await connection.query({ text: 'SELECT pg_advisory_lock($1)', values: [key] });
  await connection.query('RESET lock_timeout');
  await connection.query('BEGIN');
  try {
    const before = await versionOf(connection, name, migrations.length);
    if (before === 0) {
      await makeSchema(connection, schema);
      await connection.query(`
        CREATE TABLE meta (key text PRIMARY KEY, value bigint NOT NULL);
        INSERT INTO meta VALUES ('version', 0), ('min_writer', 1)`);
    }
    for (const sql of migrations.slice(before)) await connection.query(sql);
    await connection.query({
      text: "UPDATE meta SET value = $1 WHERE key = 'version'",
      values: [migrations.length],
    });
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    // A session that is broken has no lock any more.
    const unlock = { text: 'SELECT pg_advisory_unlock($1)', values: [key] };
    await connection.query(unlock).catch(() => undefined);
  }
}

/**
 * Refuses a schema that cannot be read as it is, and changes nothing. Throws `StoreError`: `store.unreachable` where there is no journal,
 * `store.read-only` where an older version is there, `store.newer`, and the driver's errors.
 */
export async function requireCurrent(
  connection: Connection,
  name: string,
  migrations: readonly string[] = MIGRATIONS,
): Promise<void> {
  const version = await versionOf(connection, name, migrations.length);
  if (version === migrations.length) return;
  if (version === 0) throw await noJournal(connection, name);
  throw new StoreError(
    'store.read-only',
    `The schema of ${name} is version ${version}, this Overseer reads ${migrations.length}, and whoever only reads brings nothing up to date: an overseer of this version does when it is started there, or read it with the version that works on it.`,
  );
}

/** Whoever may not create schemas can be given one. */
async function makeSchema(connection: Connection, schema: string): Promise<void> {
  const text = 'SELECT FROM pg_namespace WHERE nspname = $1';
  const { rows } = await connection.query({ text, values: [schema] });
  if (rows.length === 0) await connection.query(`CREATE SCHEMA "${schema}"`);
}

/** How many changes a schema has had, 0 for one that is not there. */
async function versionOf(connection: Connection, name: string, known: number): Promise<number> {
  const { rows: found } = await connection.query("SELECT to_regclass('meta') IS NOT NULL AS there");
  if (found[0]?.['there'] !== true) return 0;
  const { rows } = await connection.query('SELECT key, value FROM meta');
  const values = new Map(rows.map(({ key, value }) => [key, Number(value)]));
  const version = values.get('version');
  const minWriter = values.get('min_writer');
  if (version === undefined || minWriter === undefined) {
    throw new StoreError(
      'store.corrupt',
      `${name} has a table meta that is not of Overseer, or is damaged: choose another schema, or run "overseer repair".`,
    );
  }
  if (version > known) {
    throw newer(name, `its schema is version ${version}, this one knows ${known}`);
  }
  if (minWriter > WRITER_VERSION) {
    throw newer(name, `it wants writer ${minWriter}, this one is ${WRITER_VERSION}`);
  }
  return version;
}

function newer(name: string, why: string): StoreError {
  return new StoreError(
    'store.newer',
    `${name} was written by a newer Overseer (${why}): update Overseer to open it.`,
  );
}
