import type { SqliteDatabase } from '../driver.ts';

/** A snapshot of a later version that tells of as much stands beside it: only older code would read it, and can do without. */
const OLD = `EXISTS (SELECT 1 FROM snapshot AS newer WHERE newer.stream = snapshot.stream
  AND newer.fold_version > snapshot.fold_version AND newer.seq >= snapshot.seq)`;

/** How many bytes are in snapshots of versions that later ones took the place of; drops them where that is asked for. */
export function dropOldSnapshots(database: SqliteDatabase, how: 'count' | 'drop'): number {
  const row = database
    .prepare(
      `SELECT sum(length(CAST(body AS BLOB)) + coalesce(length(packed), 0)) AS bytes FROM snapshot WHERE ${OLD}`,
    )
    .get();
  if (how === 'drop') database.exec(`DELETE FROM snapshot WHERE ${OLD}`);
  return Number(row?.['bytes'] ?? 0);
}
