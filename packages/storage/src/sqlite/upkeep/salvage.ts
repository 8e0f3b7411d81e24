import type { SqliteRow } from '../driver.ts';
import { readPragma } from '../file/pragma.ts';
import type { LookedAt } from './open-for-upkeep.ts';

/** Rows that are asked for at once. */
const PIECE = 200;

/** A table that is read row by row. */
export interface SalvagedTable {
  readonly table: string;
  /** Its whole-number key, by which it is ordered. */
  readonly key: string;
  readonly columns: string;
}

/** Every row of a table that can still be read, a piece at a time; a page that is damaged costs the rows on it and no more. */
export function* salvage(
  { database }: Pick<LookedAt, 'database'>,
  { table, key, columns }: SalvagedTable,
): Generator<readonly SqliteRow[]> {
  const end = endOf(database, table, key);
  const page = database.prepare(
    `SELECT ${key} AS place, ${columns} FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ${PIECE}`,
  );
  const one = database.prepare(`SELECT ${key} AS place, ${columns} FROM ${table} WHERE ${key} = ?`);
  let last = 0;
  while (true) {
    let rows: readonly SqliteRow[];
    try {
      rows = page.all(last);
      if (rows.length === 0) return;
      last = Number(rows.at(-1)?.['place']);
    } catch {
      rows = [];
      const first = last + 1;
      if (first > end) return;
      last = Math.min(end, last + PIECE);
      rows = singly(one, first, last);
    }
    yield rows;
  }
}

function singly(
  one: { get(place: number): SqliteRow | undefined },
  first: number,
  last: number,
): readonly SqliteRow[] {
  const rows: SqliteRow[] = [];
  for (let place = first; place <= last; place++) {
    try {
      const row = one.get(place);
      if (row !== undefined) rows.push(row);
    } catch {
      // It lies on a page that is damaged.
    }
  }
  return rows;
}

/** The greatest key, or, where nobody can say it any more, more than a file of this size can have. */
function endOf(database: LookedAt['database'], table: string, key: string): number {
  try {
    return Number(
      database.prepare(`SELECT max(${key}) AS last FROM ${table}`).get()?.['last'] ?? 0,
    );
  } catch {
    return Number(readPragma(database, 'page_count')) * MOST_ROWS_OF_A_PAGE;
  }
}

/** Rows of the smallest events that share one page. */
const MOST_ROWS_OF_A_PAGE = 100;
