import { rewrap } from '../at-rest/data-keys.ts';
import type { KeySource } from '../at-rest/key-ring.ts';
import { forUpkeep } from './for-upkeep.ts';
import { toWrapped } from './key-rows.ts';
import type { PostgresOptions } from './postgres-options.ts';

/**
 * Wraps every data key of a journal in PostgreSQL under the current master key, so that the others can be put out of use; content
 * is not touched. Nodes may work meanwhile that were given both keys. Gives how many were wrapped anew. Throws `StoreError` as
 * opening the store does.
 */
export function rotatePostgresKeys(
  connection: string | PostgresOptions,
  keys: KeySource,
): Promise<number> {
  return forUpkeep(connection, keys, 'BEGIN', async (session, { ring }) => {
    if (ring === undefined) return 0;
    const { rows } = await session.query({
      text: `SELECT id, owner, master, wrapped FROM data_key
        WHERE wrapped IS NOT NULL AND master <> $1 ORDER BY id FOR UPDATE`,
      values: [ring.current],
    });
    const anew = rows.map(toWrapped).map((row) => ({ ...rewrap(row, ring), id: row.id }));
    await session.query({
      text: `UPDATE data_key SET master = $1, wrapped = decode(given.wrapped, 'hex')
        FROM unnest($2::int[], $3::text[]) AS given (id, wrapped) WHERE data_key.id = given.id`,
      values: [
        ring.current,
        anew.map(({ id }) => id),
        anew.map(({ wrapped }) => Buffer.from(wrapped ?? []).toString('hex')),
      ],
    });
    return anew.length;
  });
}
