import type { KeyOwner } from '../../at-rest/data-keys.ts';
import type { SqliteDatabase } from '../driver.ts';
import type { EraseWrite, Refusal } from '../protocol.ts';
import type { EventTables } from './event-table.ts';
import { isLost } from './open-event.ts';
import { SPAN } from './schema.ts';

/**
 * Drops the key of a run and its large values, in the transaction that is open: from then on its events cannot be read by
 * anybody, and say so. Refuses where an event of it is not sealed under its own key, for then it would stay readable.
 */
export function eraseRun(
  database: SqliteDatabase,
  path: string,
  { runs, packing, blobs }: EventTables,
  { run, at }: EraseWrite,
): Refusal | undefined {
  const id = runs.idOf(run);
  if (id === undefined) return undefined;
  const owner: KeyOwner = { kind: 'run', run, stream: '' };
  const keyId = packing.keys.idOf(owner);
  if (keyId !== undefined && packing.keys.isErased(keyId)) return undefined;
  const rows = database.prepare(
    `SELECT packed FROM run_span AS span JOIN event ON event.stream = span.stream
     AND event.seq BETWEEN span.span * ${SPAN} AND span.span * ${SPAN} + ${SPAN - 1}
     WHERE span.run = ? AND event.run = ?`,
  );
  let open = 0;
  for (const { packed } of rows.all(id, id)) {
    const isPacked = packed instanceof Uint8Array;
    // Of what was lost nothing is left to be read.
    if (isPacked && isLost(packed)) continue;
    if (!isPacked || !packing.isSealedFor(packed, owner)) open++;
  }
  if (open > 0) return unsealed(path, run, open);
  if (keyId === undefined) return undefined;
  packing.keys.erase(owner, at);
  blobs.drop(keyId);
  return undefined;
}

function unsealed(path: string, run: string, count: number): Refusal {
  return {
    refused: 'store.unsealed',
    message: `Run ${run} cannot be erased: ${count} of its events in ${path} are not sealed under a key of their own. Open the file with "encryption", or seal what was written before with "overseer seal".`,
  };
}
