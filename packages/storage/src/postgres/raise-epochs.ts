import type { Connection } from './connection.ts';

/** No store ever gives an epoch as great as this: whatever says so is damaged. */
const IMPOSSIBLE = 2 ** 48;

/** Has leases get epochs above this one, which was given already. */
export async function raiseEpochs(connection: Connection, given: number | string): Promise<void> {
  if (Number(given) >= IMPOSSIBLE) return;
  await connection.query({
    text: `SELECT setval('lease_epoch', $1::bigint) FROM lease_epoch
      WHERE last_value < $1::bigint OR (last_value = $1::bigint AND NOT is_called)`,
    values: [given],
  });
}
