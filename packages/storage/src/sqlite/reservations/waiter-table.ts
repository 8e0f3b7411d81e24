import type { SqliteDatabase, SqliteStatement } from '../driver.ts';

/** Who was refused a place is before others as long as it asks again within this time. */
const FRESH_MS = 250;

/** For how long it is remembered when a member was refused first. */
const REMEMBERED_MS = 60_000;

/** Members that were refused a place, which goes to the first of them when it comes free. */
export class WaiterTable {
  readonly #ahead: SqliteStatement;
  readonly #wait: SqliteStatement;
  readonly #forgetOld: SqliteStatement;
  readonly #served: SqliteStatement;
  readonly #remove: SqliteStatement;

  constructor(database: SqliteDatabase) {
    const prepare = (sql: string): SqliteStatement => database.prepare(sql);
    this.#ahead = prepare(
      `SELECT count(*) AS count FROM waiter WHERE tally = ? AND member <> ? AND seen_at >= ?
         AND since < coalesce((SELECT since FROM waiter WHERE tally = ? AND member = ?), 9e15)`,
    );
    this.#wait = prepare(
      'INSERT INTO waiter VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at',
    );
    this.#forgetOld = prepare('DELETE FROM waiter WHERE tally = ? AND seen_at < ?');
    this.#served = prepare('DELETE FROM waiter WHERE tally = ? AND member = ?');
    this.#remove = prepare('DELETE FROM waiter WHERE member = ?');
  }

  /** How many places others are to have before this member. */
  ahead(tally: number, member: string, at: number): number {
    const row = this.#ahead.get(tally, member, at - FRESH_MS, tally, member);
    return Number(row?.['count']);
  }

  /** A member was refused a place. */
  wait(tally: number, member: string, at: number): void {
    this.#forgetOld.run(tally, at - REMEMBERED_MS);
    this.#wait.run(tally, member, at, at);
  }

  /** A member got a place. */
  served(tally: number, member: string): void {
    this.#served.run(tally, member);
  }

  /** A member is gone. */
  remove(member: string): void {
    this.#remove.run(member);
  }
}
