import type { KeyOwner } from '../at-rest/data-keys.ts';
import { ENVELOPE_VERSION } from '../at-rest/envelope.ts';
import { LOST } from '../sqlite/file/open-event.ts';
import type { Refusal } from '../sqlite/protocol.ts';
import type { Connection } from './connection.ts';
import { fence, lockLeases } from './held-leases.ts';
import { keysOf } from './key-rows.ts';
import { toText } from './names.ts';
import { SPAN } from './schema.ts';

/** Makes what a run said in one stream unreadable. */
export interface EraseRun {
  readonly kind: 'erase';
  readonly epoch: number;
  readonly stream: string;
  readonly run: string;
}

/**
 * Drops the key of a run and its large values, in the transaction that is open: from then on its events cannot be read by
 * anybody, and say so. Refuses where an event of it is not sealed under its own key, for then it would stay readable.
 */
export async function eraseRun(
  connection: Connection,
  { epoch, stream, run }: EraseRun,
  store: string,
): Promise<Refusal | undefined> {
  const leases = await lockLeases(connection, [stream], [epoch]);
  const refusal = fence(epoch, [stream], leases, store);
  if (refusal !== undefined) return refusal;
  const owner: KeyOwner = { kind: 'run', stream, run };
  const [key] = await keysOf(connection, [owner]);
  if (key !== undefined && key.wrapped === null) return undefined;
  const { all, open } = await countEvents(connection, stream, run, key?.id ?? 0);
  if (open > 0) return unsealed(store, run, open);
  if (all === 0 || key === undefined) return undefined;
  await connection.query({
    text: 'UPDATE data_key SET wrapped = NULL, erased_at = clock_timestamp() WHERE id = $1',
    values: [key.id],
  });
  await connection.query({ text: 'DELETE FROM blob WHERE data_key = $1', values: [key.id] });
  await connection.query(
    "INSERT INTO meta VALUES ('look_again', 1) ON CONFLICT (key) DO UPDATE SET value = meta.value + 1",
  );
  return undefined;
}

/** How many events a run has in a stream, and how many of them another key opens, or none is needed for; nothing is left of what was lost. */
async function countEvents(
  connection: Connection,
  stream: string,
  run: string,
  keyId: number,
): Promise<{ readonly all: number; readonly open: number }> {
  const { rows } = await connection.query({
    text: `SELECT count(*) AS all, count(*) FILTER (
        WHERE body <> $4 AND (codec = 0 OR substring(body FROM 1 FOR 6) <> ALL ($3::bytea[]))) AS open
      FROM run_span JOIN event ON event.stream = run_span.stream AND event.run = run_span.run
        AND event.seq BETWEEN run_span.span * ${SPAN} AND run_span.span * ${SPAN} + ${SPAN - 1}
      WHERE run_span.run = $1 AND run_span.stream = (SELECT id FROM stream WHERE name = $2)`,
    values: [toText(run), toText(stream), headsOf(keyId), LOST],
  });
  return { all: Number(rows[0]?.['all'] ?? 0), open: Number(rows[0]?.['open'] ?? 0) };
}

/** How an envelope of any version begins that is sealed with a key; see `pack`. */
function headsOf(keyId: number): readonly Buffer[] {
  const versions = Array.from({ length: ENVELOPE_VERSION }, (_, before) => before + 1);
  return versions.flatMap((version) =>
    [2, 3].map((flags) => {
      const head = Buffer.from([version, flags, 0, 0, 0, 0]);
      head.writeUInt32BE(keyId, 2);
      return head;
    }),
  );
}

function unsealed(store: string, run: string, count: number): Refusal {
  return {
    refused: 'store.unsealed',
    message: `Run ${run} cannot be erased: ${count} of its events in ${store} are not sealed under a key of their own. Open it with "encryption", or seal what was written before with "overseer seal".`,
  };
}
