import type { SqliteDatabase, SqliteRow, SqliteStatement } from '../driver.ts';

/** What reservations took of limits. */
export class ChargeTable {
  readonly #insert: SqliteStatement;
  readonly #open: SqliteStatement;
  readonly #settle: SqliteStatement;
  readonly #delete: SqliteStatement;
  readonly #add: SqliteStatement;
  readonly #placesOf: SqliteStatement;

  constructor(database: SqliteDatabase) {
    const prepare = (sql: string): SqliteStatement => database.prepare(sql);
    this.#insert = prepare(
      'INSERT INTO charge (tally, reservation, member, name, at, amount, open) VALUES (?, ?, ?, ?, ?, ?, 1)',
    );
    this.#open = prepare(
      'SELECT charge.id, tally, name, at, amount, kind FROM charge JOIN tally ON tally.id = charge.tally WHERE reservation = ? AND open = 1',
    );
    this.#settle = prepare('UPDATE charge SET amount = ?, open = 0 WHERE id = ?');
    this.#delete = prepare('DELETE FROM charge WHERE id = ?');
    this.#add = prepare('UPDATE tally SET used = used + ? WHERE id = ?');
    this.#placesOf = prepare(
      "SELECT charge.id, tally, amount FROM charge JOIN tally ON tally.id = charge.tally WHERE kind = 'places' AND open = 1 AND member = ?",
    );
  }

  /** When a reservation was taken, if it is held. */
  heldAt(reservation: string): number | undefined {
    const [first] = this.#open.all(reservation);
    return first === undefined ? undefined : Number(first['at']);
  }

  /** Notes what a reservation takes of one limit. */
  take(charge: {
    readonly tally: number;
    readonly reservation: string;
    readonly member: string;
    readonly limit: string;
    readonly at: number;
    readonly amount: number;
  }): void {
    const { tally, reservation, member, limit, at, amount } = charge;
    this.#insert.run(tally, reservation, member, limit, at, amount);
  }

  /** Replaces what a reservation took. */
  settle(reservation: string, amounts: Readonly<Record<string, number>> | undefined): void {
    for (const row of this.#open.all(reservation)) {
      const used = usedOf(row, amounts);
      this.#change(row, used);
      if (used === 0 || row['kind'] !== 'rolling') this.#delete.run(row['id'] ?? null);
      else this.#settle.run(used, row['id'] ?? null);
    }
  }

  /** A member is gone: its places are free. */
  free(member: string): void {
    for (const row of this.#placesOf.all(member)) {
      this.#change(row, 0);
      this.#delete.run(row['id'] ?? null);
    }
  }

  #change({ tally = null, amount }: SqliteRow, used: number): void {
    if (used !== Number(amount)) this.#add.run(used - Number(amount), tally);
  }
}

function usedOf(
  { kind, name, amount }: SqliteRow,
  amounts: Readonly<Record<string, number>> | undefined,
): number {
  if (kind === 'places' || amounts === undefined) return 0;
  const limit = String(name);
  return Object.hasOwn(amounts, limit) ? (amounts[limit] ?? 0) : Number(amount);
}
