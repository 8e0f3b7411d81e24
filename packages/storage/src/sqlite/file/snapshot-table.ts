import { createHash } from 'node:crypto';
import type { SqliteDatabase, SqliteStatement } from '../driver.ts';
import type { Write } from '../protocol.ts';
import type { Packing } from './packing.ts';

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

  put({ stream, foldVersion, seq, body }: Extract<Write, { readonly kind: 'snapshot' }>): void {
    const place = snapshotPlace(stream, foldVersion, seq);
    const key = this.#packing.keyFor(stream, undefined);
    const packed = this.#packing.packLarge(Buffer.from(body), key, place) ?? null;
    const text = packed === null ? body : '';
    this.#put.run(stream, foldVersion, seq, text, packed, snapshotSum(place, text, packed));
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
    const bytes = packed instanceof Uint8Array ? packed : null;
    const place = snapshotPlace(stream, foldVersion, seq);
    // Those of before there were sums have none.
    if (sum instanceof Uint8Array && !snapshotSum(place, String(body), bytes).equals(sum)) {
      return undefined;
    }
    if (bytes === null) return { seq, body: String(body) };
    const content = this.#packing.unpack(bytes, place);
    return typeof content === 'string' ? undefined : { seq, body: content.toString('utf8') };
  }
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
