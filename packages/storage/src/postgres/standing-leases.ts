import type { StandingLease } from '@overseer/core/spec';
import { advisoryKey } from './advisory-key.ts';
import type { Connection } from './connection.ts';
import { parseHolder } from './held-leases.ts';
import { fromText } from './names.ts';
import { SESSIONS_SINCE } from './sessions-since.ts';

/**
 * The leases that are held: their time is not over, and where their holder's session took an advisory lock, some session has
 * it still.
 */
export async function standingLeases(
  connection: Connection,
  schema: string,
): Promise<readonly StandingLease[]> {
  const { rows } = await connection.query({
    name: 'standing-leases',
    text: `SELECT name, epoch, holder, floor(extract(epoch FROM since) * 1000) AS since,
        coalesce(locked = ${SESSIONS_SINCE}, false) AS locked_here,
        ARRAY(
          SELECT ((classid::bigint << 32) | objid::bigint)::text FROM pg_locks
          WHERE locktype = 'advisory' AND objsubid = 1 AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ) AS locks
      FROM lease WHERE holder IS NOT NULL AND until >= clock_timestamp()`,
  });
  const locks = new Set(rows[0]?.['locks'] as readonly string[] | undefined);
  return rows.flatMap((row) => {
    const name = fromText(String(row['name']));
    const holder = parseHolder(String(row['holder']));
    const isGone = row['locked_here'] === true && !locks.has(advisoryKey('lease', schema, name));
    if (holder === undefined || isGone) return [];
    return [{ name, holder, epoch: Number(row['epoch']), since: Number(row['since']) }];
  });
}
