import type { SqliteDatabase, SqliteStatement } from '../driver.ts';
import { BoundedMap } from './bounded-map.ts';

/** Where a stream ends. */
export interface StreamEnd {
  readonly id: number;
  /** 0 when it is empty. */
  seq: number;
  /** The hash of its last event in hex, empty when there is none. */
  hash: string;
}

/** Streams by name, and where each ends; the end is kept in memory between transactions. */
export class StreamTable {
  readonly #ends = new BoundedMap<StreamEnd>();
  readonly #find: SqliteStatement;
  readonly #insert: SqliteStatement;
  readonly #last: SqliteStatement;
  readonly #names: SqliteStatement;

  constructor(database: SqliteDatabase) {
    this.#find = database.prepare('SELECT id FROM stream WHERE name = ?');
    this.#insert = database.prepare('INSERT INTO stream (name) VALUES (?)');
    this.#last = database.prepare(
      'SELECT seq, hash FROM event WHERE stream = ? ORDER BY seq DESC LIMIT 1',
    );
    this.#names = database.prepare(
      'SELECT name FROM stream WHERE EXISTS (SELECT 1 FROM event WHERE stream = stream.id)',
    );
  }

  /** The end of a stream as the transaction sees it; `undefined` for one that never was written. */
  end(name: string): StreamEnd | undefined {
    const known = this.#ends.get(name);
    if (known !== undefined) return known;
    const id = this.idOf(name);
    if (id === undefined) return undefined;
    const end = this.#readEnd(id);
    this.#ends.set(name, end);
    return end;
  }

  /** The end of a stream, making the stream when it is new. */
  open(name: string): StreamEnd {
    const known = this.end(name);
    if (known !== undefined) return known;
    const end = { id: Number(this.#insert.run(name).lastInsertRowid), seq: 0, hash: '' };
    this.#ends.set(name, end);
    return end;
  }

  idOf(name: string): number | undefined {
    const id = this.#find.get(name)?.['id'];
    return id === undefined ? undefined : Number(id);
  }

  /** The last `seq` as the file has it now, whoever wrote it. */
  head(name: string): number {
    const id = this.idOf(name);
    return id === undefined ? 0 : this.#readEnd(id).seq;
  }

  names(): readonly string[] {
    return this.#names.all().map((row) => String(row['name']));
  }

  /** Drops what is in memory: another writer was there, or a transaction was rolled back. */
  forget(): void {
    this.#ends.clear();
  }

  #readEnd(id: number): StreamEnd {
    const row = this.#last.get(id);
    return {
      id,
      seq: Number(row?.['seq'] ?? 0),
      hash: String(row?.['hash'] ?? ''),
    };
  }
}
