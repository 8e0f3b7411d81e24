import { createHash } from 'node:crypto';
import type { SqliteDatabase, SqliteStatement } from '../driver.ts';
import type { Write } from '../protocol.ts';
import type { Packing } from './packing.ts';

type PutSnapshot = Extract<Write, { readonly kind: 'snapshot' }>;

/** The newest snapshot of each stream and version. */
export class SnapshotTable {
  readonly #packing: Packing;
  readonly #put: SqliteStatement;
  readonly #latest: SqliteStatement;

  constructor(database: SqliteDatabase, packing: Packing) {
    this.#packing = packing;
    this.#put = database.prepare(
      `INSERT INTO snapshot (stream, fold_version, seq, body, packed, sum) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (stream, fold_version) DO UPDATE
       SET seq = excluded.seq, body = excluded.body, packed = excluded.packed, sum = excluded.sum
       WHERE excluded.seq >= seq`,
    );
    this.#latest = database.prepare(
      'SELECT seq, body, packed, sum FROM snapshot WHERE stream = ? AND fold_version = ?',
    );
  }

  put({ stream, foldVersion, seq, body }: PutSnapshot): void {
    const { text, packed, sum } = packSnapshot(this.#packing, { stream, foldVersion, seq, body });
    this.#put.run(stream, foldVersion, seq, text, packed, sum);
  }

  /** A snapshot only saves time, so that one that is damaged, or can no longer be opened, is as good as none. */
  latest(
    stream: string,
    foldVersion: number,
  ): { readonly seq: number; readonly body: string } | undefined {
    const row = this.#latest.get(stream, foldVersion);
    if (row === undefined) return undefined;
    const { body, packed, sum } = row;
    const seq = Number(row['seq']);
    const opened = openSnapshot(this.#packing, snapshotPlace(stream, foldVersion, seq), {
      text: String(body),
      packed: packed instanceof Uint8Array ? packed : null,
      sum: sum instanceof Uint8Array ? sum : null,
    });
    return opened === undefined ? undefined : { seq, body: opened };
  }
}

/** A snapshot's content as it is stored. */
export interface SnapshotRow {
  /** Empty where it is packed. */
  readonly text: string;
  readonly packed: Uint8Array | null;
  /** Those of before there were sums have none. */
  readonly sum: Uint8Array | null;
}

/** Packs a snapshot under the key of its stream. */
export function packSnapshot(
  packing: Packing,
  { stream, foldVersion, seq, body, squeezed }: Omit<PutSnapshot, 'kind'>,
): SnapshotRow {
  const place = snapshotPlace(stream, foldVersion, seq);
  const key = packing.keyFor(stream, undefined);
  const content = squeezed?.content ?? Buffer.from(body);
  const packed = packing.packLarge(content, key, place, squeezed) ?? null;
  const text = packed === null ? body : '';
  return { text, packed, sum: snapshotSum(place, text, packed) };
}

/** The text of a snapshot; `undefined` when it is damaged or cannot be opened. */
export function openSnapshot(
  packing: Packing,
  place: string,
  { text, packed, sum }: SnapshotRow,
): string | undefined {
  if (sum !== null && !snapshotSum(place, text, packed).equals(sum)) return undefined;
  if (packed === null) return text;
  const content = packing.unpack(packed, place);
  return typeof content === 'string' ? undefined : content.toString('utf8');
}

/** Where a snapshot belongs. */
export function snapshotPlace(stream: string, foldVersion: number, seq: number): string {
  return JSON.stringify(['snapshot', stream, foldVersion, seq]);
}

/** By which a snapshot is known to be the one that was written. */
export function snapshotSum(place: string, body: string, packed: Uint8Array | null): Buffer {
  const sum = createHash('sha256').update(place).update(body);
  return (packed === null ? sum : sum.update(packed)).digest();
}
