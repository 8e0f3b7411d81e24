import type { SqliteDatabase, SqliteRow, SqliteStatement } from '../driver.ts';

/** A reservation that is held. */
export interface HeldReservation {
  readonly at: number;
  /** Limits of which it has places. */
  readonly places: ReadonlySet<string>;
  readonly fence: number;
}

/** What reservations took of limits. */
export class ChargeTable {
  readonly #insert: SqliteStatement;
  readonly #open: SqliteStatement;
  readonly #settle: SqliteStatement;
  readonly #delete: SqliteStatement;
  readonly #add: SqliteStatement;
  readonly #placesOf: SqliteStatement;
  readonly #pass: SqliteStatement;

  constructor(database: SqliteDatabase) {
    const prepare = (sql: string): SqliteStatement => database.prepare(sql);
    this.#insert = prepare(
      'INSERT INTO charge (tally, reservation, member, fence, name, at, amount, open) VALUES (?, ?, ?, ?, ?, ?, ?, 1)',
    );
    this.#open = prepare(
      'SELECT charge.id, tally, member, fence, name, at, amount, kind FROM charge JOIN tally ON tally.id = charge.tally WHERE reservation = ? AND open = 1',
    );
    this.#settle = prepare('UPDATE charge SET amount = ?, open = 0 WHERE id = ?');
    this.#delete = prepare('DELETE FROM charge WHERE id = ?');
    this.#add = prepare('UPDATE tally SET used = used + ? WHERE id = ?');
    this.#placesOf = prepare(
      "SELECT charge.id, tally, amount FROM charge JOIN tally ON tally.id = charge.tally WHERE kind = 'places' AND open = 1 AND member = ?",
    );
    this.#pass = prepare('UPDATE charge SET member = ?, fence = ? WHERE id = ?');
  }

  /** A reservation that is held: since when, of which limits it has places, and the latest fence of those. */
  held(reservation: string): HeldReservation | undefined {
    const rows = this.#open.all(reservation);
    const [first] = rows;
    if (first === undefined) return undefined;
    const own = rows.filter(({ kind }) => kind === 'places');
    return {
      at: Number(first['at']),
      places: new Set(own.map(({ name }) => String(name))),
      fence: Math.max(0, ...own.map(({ fence }) => Number(fence))),
    };
  }

  /** The places of a reservation are a member's from now on. */
  pass(reservation: string, member: string, fence: number): void {
    for (const { id = null, kind } of this.#open.all(reservation)) {
      if (kind === 'places') this.#pass.run(member, fence, id);
    }
  }

  /** A member leaves the places that it has of a reservation. */
  vacate(reservation: string, member: string): void {
    const rows = this.#open.all(reservation);
    this.#leave(rows.filter((row) => row['kind'] === 'places' && row['member'] === member));
  }

  /** Notes what a reservation takes of one limit. */
  take(charge: {
    readonly tally: number;
    readonly reservation: string;
    readonly member: string;
    readonly fence: number;
    readonly limit: string;
    readonly at: number;
    readonly amount: number;
  }): void {
    const { tally, reservation, member, fence, limit, at, amount } = charge;
    this.#insert.run(tally, reservation, member, fence, limit, at, amount);
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
    this.#leave(this.#placesOf.all(member));
  }

  #leave(rows: readonly SqliteRow[]): void {
    for (const row of rows) {
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
