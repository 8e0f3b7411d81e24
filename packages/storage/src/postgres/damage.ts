import { StoreError } from '@overseer/core/plugin';
import type { CompactReport } from '../sqlite/upkeep/compact-file.ts';
import type { Connection } from './connection.ts';
import { fromText, toText } from './names.ts';

/** An event that cannot be read as it was written. */
export type Damage = NonNullable<CompactReport['damaged']>;

/** How rows of `meta` begin that name the stream of such an event; their value is its seq. */
const KEY = 'damaged ';

/** Notes it for all nodes, which then do not look through the whole journal again before it was repaired. */
export async function noteDamage(connection: Connection, { stream, seq }: Damage): Promise<void> {
  await connection.query({
    text: 'INSERT INTO meta VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    values: [`${KEY}${toText(stream)}`, seq],
  });
}

/** All events were read, or what could not be was repaired. */
export async function forgetDamage(connection: Connection): Promise<void> {
  await connection.query(`DELETE FROM meta WHERE starts_with(key, '${KEY}')`);
}

/** What somebody met and nobody repaired yet. */
export async function readDamage(connection: Connection): Promise<Damage | undefined> {
  const { rows } = await connection.query(
    `SELECT key, value FROM meta WHERE starts_with(key, '${KEY}') ORDER BY key LIMIT 1`,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const stream = fromText(String(row['key']).slice(KEY.length));
  return { stream, seq: Number(row['value']) };
}

/** The error that says so to whoever works with the store. */
export function damageError(name: string, { stream, seq }: Damage): StoreError {
  return new StoreError(
    'store.corrupt',
    `${name} is damaged: the event with seq ${seq} of ${stream} cannot be read as it was written, and nothing is compacted before it can. Run "overseer verify", then "overseer repair", or restore the database from a backup.`,
  );
}
