import type { Connection } from './connection.ts';

/** After how long nothing is kept of a node that left or died, in hours. */
const KEPT_HOURS = 24;

/**
 * Removes what is kept of nodes that left or died a day ago, for their names may never come again: their leases, what they told the others
 * of themselves, and messages that they never read. One that was frozen as long finds its lease lost, as after any other taking.
 */
export async function forgetNodes(connection: Connection): Promise<void> {
  await connection.query(`WITH gone AS (
      DELETE FROM lease WHERE starts_with(name, 'node/') AND (holder IS NULL OR until < clock_timestamp())
        AND greatest(since, until) < clock_timestamp() - interval '${KEPT_HOURS} hours' RETURNING name
    ), cards AS (DELETE FROM snapshot WHERE stream IN (SELECT name FROM gone))
    DELETE FROM mail WHERE stream IN (SELECT name FROM gone)`);
}
