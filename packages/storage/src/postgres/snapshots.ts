import type { Snapshot } from '@overseer/core/spec';
import type { Packing } from '../sqlite/file/packing.ts';
import {
  openSnapshot,
  packSnapshot,
  type SnapshotRow,
  snapshotPlace,
} from '../sqlite/file/snapshot-table.ts';
import type { Write } from '../sqlite/protocol.ts';
import type { Connection } from './connection.ts';
import { type AtRest, packingFor } from './key-rows.ts';
import { toText } from './names.ts';
import type { PgRow } from './pg-client.ts';

/** Keeps a snapshot, unless a newer one of its version is there; in the transaction that is open. */
export async function putSnapshot(
  connection: Connection,
  packing: Packing,
  snapshot: Extract<Write, { readonly kind: 'snapshot' }>,
): Promise<void> {
  const { stream, foldVersion, seq } = snapshot;
  const { text, packed, sum } = packSnapshot(packing, snapshot);
  await connection.query({
    text: `INSERT INTO snapshot AS kept (stream, fold_version, seq, codec, body, sum) VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (stream, fold_version) DO UPDATE
      SET seq = excluded.seq, codec = excluded.codec, body = excluded.body, sum = excluded.sum
      WHERE excluded.seq >= kept.seq`,
    values: [
      toText(stream),
      foldVersion,
      seq,
      packed === null ? 0 : 1,
      packed ?? Buffer.from(text),
      sum,
    ],
  });
}

/** The newest snapshot of a version, if there is one that can be read. */
export async function readSnapshot(
  connection: Connection,
  atRest: AtRest,
  stream: string,
  foldVersion: number,
): Promise<Snapshot | undefined> {
  const { rows } = await connection.query({
    name: 'read-snapshot',
    text: 'SELECT seq, codec, body, sum FROM snapshot WHERE stream = $1 AND fold_version = $2',
    values: [toText(stream), foldVersion],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const seq = Number(row['seq']);
  const kept = toSnapshotRow(row);
  const packing = await packingFor(connection, atRest, [kept.packed]);
  const text = openSnapshot(packing, snapshotPlace(stream, foldVersion, seq), kept);
  const body = text === undefined ? undefined : parse(text);
  return body === undefined ? undefined : { stream, foldVersion, seq, body };
}

/** A snapshot's content as it is in its row. */
export function toSnapshotRow({ codec, body, sum }: PgRow): SnapshotRow {
  const bytes = Buffer.from(body as Uint8Array);
  return {
    text: codec === 0 ? bytes.toString('utf8') : '',
    packed: codec === 0 ? null : bytes,
    sum: sum instanceof Uint8Array ? sum : null,
  };
}

/** A snapshot only saves time, so that a damaged one is as good as none. */
function parse(text: string): Snapshot['body'] | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
