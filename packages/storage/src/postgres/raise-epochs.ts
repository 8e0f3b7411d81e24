import type { Connection } from './connection.ts';

/** Has leases get epochs above this one, which was given already. */
export async function raiseEpochs(connection: Connection, given: number | string): Promise<void> {
  await connection.query({
    text: `SELECT setval('lease_epoch', $1::bigint) FROM lease_epoch
      WHERE last_value < $1::bigint OR (last_value = $1::bigint AND NOT is_called)`,
    values: [given],
  });
}
