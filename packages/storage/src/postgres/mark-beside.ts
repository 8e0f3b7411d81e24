import { openSnapshot, snapshotPlace } from '../sqlite/file/snapshot-table.ts';
import type { Connection } from './connection.ts';
import { type AtRest, packingFor } from './key-rows.ts';
import { mailPlace, WAITS } from './mail.ts';
import { fromText } from './names.ts';
import type { PgRow } from './pg-client.ts';
import { toSnapshotRow } from './snapshots.ts';

/** Snapshots, and messages, that are looked at in one turn. */
const SNAPSHOTS = 10;
const MESSAGES = 50;

/** Goes through what names large values beside events, some of it in each turn: snapshots, and messages that wait. */
export class MarkBeside {
  readonly #atRest: AtRest;
  readonly #spareIn: (text: string) => void;
  #snapshot: PgRow | undefined;
  #isAtMail = false;
  #mail = '0';

  /** `spareIn` hears the content of each. */
  constructor(atRest: AtRest, spareIn: (text: string) => void) {
    this.#atRest = atRest;
    this.#spareIn = spareIn;
  }

  /** Looks at some; gives whether that were the last. */
  async step(connection: Connection): Promise<boolean> {
    if (this.#isAtMail) return await this.#readMail(connection);
    this.#isAtMail = await this.#readSnapshots(connection);
    return false;
  }

  async #readSnapshots(connection: Connection): Promise<boolean> {
    const last = this.#snapshot;
    const { rows } = await connection.query({
      text: `SELECT * FROM snapshot WHERE $1::text IS NULL OR (stream, fold_version) > ($1, $2::bigint)
        ORDER BY stream, fold_version LIMIT ${SNAPSHOTS}`,
      values: [last?.['stream'] ?? null, last?.['fold_version'] ?? null],
    });
    for (const row of rows) {
      const kept = toSnapshotRow(row);
      const packing = await packingFor(connection, this.#atRest, [kept.packed]);
      const version = Number(row['fold_version']);
      const place = snapshotPlace(fromText(String(row['stream'])), version, Number(row['seq']));
      this.#spareIn(openSnapshot(packing, place, kept) ?? '');
    }
    this.#snapshot = rows.at(-1);
    return rows.length < SNAPSHOTS;
  }

  async #readMail(connection: Connection): Promise<boolean> {
    const { rows } = await connection.query({
      text: `SELECT id, stream, name, codec, body FROM mail WHERE id > $1 AND ${WAITS}
        ORDER BY id LIMIT ${MESSAGES}`,
      values: [this.#mail],
    });
    for (const row of rows) {
      const bytes = Buffer.from(row['body'] as Uint8Array);
      const packed = row['codec'] === 0 ? null : bytes;
      const packing = await packingFor(connection, this.#atRest, [packed]);
      const place = mailPlace(fromText(String(row['stream'])), fromText(String(row['name'])));
      const content = packed === null ? bytes : packing.unpack(packed, place);
      if (typeof content !== 'string') this.#spareIn(content.toString('utf8'));
    }
    this.#mail = String(rows.at(-1)?.['id'] ?? this.#mail);
    return rows.length < MESSAGES;
  }
}
