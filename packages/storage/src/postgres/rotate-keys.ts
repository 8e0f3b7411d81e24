import { rewrap } from '../at-rest/data-keys.ts';
import type { KeyRing, KeySource } from '../at-rest/key-ring.ts';
import type { Connection } from './connection.ts';
import { toStoreError } from './explain-failure.ts';
import { inTransaction, openUpkeep } from './for-upkeep.ts';
import { toWrapped } from './key-rows.ts';
import type { PostgresOptions } from './postgres-options.ts';

/** Keys that are wrapped anew in one transaction. */
const PIECE = 500;

/**
 * Wraps every data key of a journal in PostgreSQL under the current master key, so that the others can be put out of use; content
 * is not touched. Nodes may work meanwhile that were given both keys. It goes through the keys in small transactions: broken off,
 * asking again does the rest. Gives how many were wrapped anew. Throws `StoreError` as opening the store does.
 */
export async function rotatePostgresKeys(
  connection: string | PostgresOptions,
  keys: KeySource,
): Promise<number> {
  await using session = await openUpkeep(connection, keys);
  const { connection: wire, atRest } = session;
  const { ring } = atRest;
  if (ring === undefined) return 0;
  try {
    let all = 0;
    while (true) {
      const count = await inTransaction(wire, () => rotateSome(wire, ring));
      all += count;
      if (count < PIECE) return all;
    }
  } catch (error) {
    throw toStoreError(error, atRest.name);
  }
}

async function rotateSome(wire: Connection, ring: KeyRing): Promise<number> {
  const { rows } = await wire.query({
    text: `SELECT id, owner, master, wrapped FROM data_key
      WHERE wrapped IS NOT NULL AND master <> $1 ORDER BY id LIMIT ${PIECE} FOR UPDATE`,
    values: [ring.current],
  });
  const anew = rows.map(toWrapped).map((row) => ({ ...rewrap(row, ring), id: row.id }));
  await wire.query({
    text: `UPDATE data_key SET master = $1, wrapped = decode(given.wrapped, 'hex')
      FROM unnest($2::int[], $3::text[]) AS given (id, wrapped) WHERE data_key.id = given.id`,
    values: [
      ring.current,
      anew.map(({ id }) => id),
      anew.map(({ wrapped }) => Buffer.from(wrapped ?? []).toString('hex')),
    ],
  });
  return anew.length;
}
