import type { SqliteDatabase, SqliteStatement } from '../driver.ts';
import type { Write } from '../protocol.ts';

/** The newest snapshot of each stream and version. */
export class SnapshotTable {
  readonly #put: SqliteStatement;
  readonly #latest: SqliteStatement;

  constructor(database: SqliteDatabase) {
    this.#put = database.prepare(
      `INSERT INTO snapshot (stream, fold_version, seq, body) VALUES (?, ?, ?, ?)
       ON CONFLICT (stream, fold_version) DO UPDATE SET seq = excluded.seq, body = excluded.body
       WHERE excluded.seq >= seq`,
    );
    this.#latest = database.prepare(
      'SELECT seq, body FROM snapshot WHERE stream = ? AND fold_version = ?',
    );
  }

  put({ stream, foldVersion, seq, body }: Extract<Write, { readonly kind: 'snapshot' }>): void {
    this.#put.run(stream, foldVersion, seq, body);
  }

  latest(
    stream: string,
    foldVersion: number,
  ): { readonly seq: number; readonly body: string } | undefined {
    const row = this.#latest.get(stream, foldVersion);
    return row === undefined ? undefined : { seq: Number(row['seq']), body: String(row['body']) };
  }
}
