import type { SqliteDatabase, SqliteStatement, SqliteValue } from '../driver.ts';
import type { HashedEvent } from './event-hash.ts';

/** An event with the numbers of its stream and run, and with its hash. */
export interface EventInsert {
  readonly stream: number;
  readonly run: number | null;
  readonly event: HashedEvent;
  readonly hash: string;
}

/** Rows that one statement inserts: with more a row costs hardly less, and more are left over at the end. */
const TOGETHER = 8;

/** Inserts rows of events in their order, several by one statement where they are neither packed nor lifted from. */
export class EventInserts {
  readonly #one: SqliteStatement;
  readonly #several: SqliteStatement;

  constructor(database: SqliteDatabase) {
    this.#one = database.prepare(
      'INSERT INTO event (stream, seq, run, body, lifted, hash, packed) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    const row = '(?, ?, ?, ?, ?)';
    // Whatever fails ends the transaction. To undo this statement alone, SQLite would copy each page that it touches.
    this.#several = database.prepare(
      `INSERT OR FAIL INTO event (stream, seq, run, body, hash) VALUES ${row}${`, ${row}`.repeat(TOGETHER - 1)}`,
    );
  }

  /** Inserts them in the transaction that is open. Throws SQLite's errors; then some of them may be there. */
  insert(rows: readonly EventInsert[]): void {
    for (let at = 0; at < rows.length; at += TOGETHER) {
      const next = rows.slice(at, at + TOGETHER);
      if (next.length === TOGETHER && next.every(isPlain)) this.#insertTogether(next);
      else for (const row of next) this.#insertOne(row);
    }
  }

  #insertTogether(rows: readonly EventInsert[]): void {
    const values: SqliteValue[] = [];
    for (const { stream, run, event, hash } of rows) {
      values.push(stream, event.seq, run, event.body, hash);
    }
    this.#several.run(...values);
  }

  #insertOne({ stream, run, event, hash }: EventInsert): void {
    const { seq, body, lifted, packed } = event;
    this.#one.run(stream, seq, run, body, lifted, hash, packed);
  }
}

function isPlain({ event }: EventInsert): boolean {
  return event.lifted === null && event.packed === null;
}
