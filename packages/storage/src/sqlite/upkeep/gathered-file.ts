import { closeSync, openSync, rmSync } from 'node:fs';
import { openKeys } from '../../at-rest/key-ring.ts';
import type { SqliteDatabase } from '../driver.ts';
import { KeyTable } from '../file/key-table.ts';
import { Packing } from '../file/packing.ts';
import { MIGRATIONS } from '../file/schema.ts';
import { type LeafRow, leafRows } from '../pages/leaf-rows.ts';
import { openPages } from '../pages/page-source.ts';
import type { RecordValue } from '../pages/record.ts';
import { kindOfRow, type RowKind } from '../pages/row-kind.ts';
import { breathe, type LookedAt, type UpkeepOptions } from './open-for-upkeep.ts';

/** Pages that are looked at in one turn. */
const PIECE = 200;

/**
 * Gathers the rows of a journal from its pages, one by one, whatever its first page says and whichever page leads to which, into a
 * database of its own that is gone when this is closed. `undefined` where no event and no stream is found: it was none.
 */
export async function gatherFile(
  path: string,
  part: string,
  { keys, signal }: UpkeepOptions,
): Promise<LookedAt | undefined> {
  const ring = keys === undefined ? undefined : await openKeys(keys);
  const { openDatabase } = await import('../node-driver.ts');
  rmSync(part, { force: true });
  closeSync(openSync(part, 'wx', 0o600));
  const database = openDatabase(part);
  const end = (): void => {
    database.close();
    rmSync(part, { force: true });
  };
  try {
    database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; ${TABLES}; BEGIN`);
    await gather(path, database, signal);
    database.exec(ORDER);
    database.exec('COMMIT; BEGIN');
    const found = database.prepare('SELECT count(*) AS n FROM event').get()?.['n'];
    if (found === 0) {
      end();
      return undefined;
    }
    return {
      database,
      path,
      version: MIGRATIONS.length,
      packing: new Packing(new KeyTable(database, path, ring), 'none'),
      hasKeys: ring !== undefined,
      openEmpty: () => openDatabase(':memory:'),
      [Symbol.dispose]: end,
    };
  } catch (error) {
    end();
    throw error;
  }
}

async function gather(
  path: string,
  database: SqliteDatabase,
  signal: AbortSignal | undefined,
): Promise<void> {
  using pages = openPages(path);
  const inserts = Object.fromEntries(
    Object.entries(INSERT).map(([kind, sql]) => [kind, database.prepare(sql)]),
  );
  const keep = (row: LeafRow): void => {
    const kind = kindOfRow(row.values);
    // What a page does not point at may have been replaced since; events and large values never are.
    if (kind === undefined || !(row.isNamed || kind === 'event' || kind === 'blob')) return;
    inserts[kind]?.run(...valuesOf(kind, row));
  };
  // The first holds the names of tables alone.
  for (let number = 2; number <= pages.count; number++) {
    const newest = pages.read(number);
    if (newest !== undefined) leafRows(pages, newest).forEach(keep);
    for (const page of pages.older(number)) leafRows(pages, page).forEach(keep);
    if (number % PIECE === 0) await breathe(signal);
  }
}

/** As the journal has them, but for what binds them: what is damaged may break any rule. */
const TABLES = `
  CREATE TABLE event (cursor REAL, stream, seq, run, body, lifted, hash, packed, UNIQUE (cursor, stream, seq));
  CREATE TABLE blob (id INTEGER, hash, bytes, data_key, sum, UNIQUE (id, hash));
  CREATE TABLE snapshot (id INTEGER PRIMARY KEY, stream, fold_version, seq, body, packed, sum);
  CREATE TABLE data_key (id INTEGER PRIMARY KEY, owner, master, wrapped, erased_at);
  CREATE TABLE lease (id INTEGER PRIMARY KEY, epoch, name, holder, since);
  CREATE TABLE stream (id INTEGER, name, UNIQUE (id, name));
  CREATE INDEX event_in_stream ON event (stream, seq)`;

const INSERT: Readonly<Record<RowKind, string>> = {
  event: 'INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  blob: 'INSERT OR IGNORE INTO blob VALUES (?, ?, ?, ?, ?)',
  snapshot: 'INSERT OR IGNORE INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?)',
  // What was erased stays so.
  data_key: `INSERT INTO data_key VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
    SET wrapped = NULL, erased_at = excluded.erased_at WHERE excluded.wrapped IS NULL`,
  lease: 'INSERT OR IGNORE INTO lease VALUES (?, ?, ?, ?, ?)',
  named: 'INSERT OR IGNORE INTO stream VALUES (?, ?)',
};

const COLUMNS: Readonly<Record<RowKind, number>> = {
  event: 8,
  blob: 5,
  snapshot: 7,
  data_key: 5,
  lease: 5,
  named: 2,
};

function valuesOf(kind: RowKind, { key, values }: LeafRow): RecordValue[] {
  return Array.from({ length: COLUMNS[kind] }, (_, at) => (at === 0 ? key : (values[at] ?? null)));
}

/** An event that lies between its neighbours by its `seq` was written between them. */
const ORDER = `
  UPDATE event SET cursor = placed.before + 0.5 FROM (
    SELECT rowid AS id, cursor, seq,
      lag(cursor) OVER stream_order AS before, lead(cursor) OVER stream_order AS after,
      lag(seq) OVER stream_order AS seq_before, lead(seq) OVER stream_order AS seq_after
    FROM event WINDOW stream_order AS (PARTITION BY stream ORDER BY seq)
  ) AS placed
  WHERE event.rowid = placed.id AND placed.seq_before = placed.seq - 1 AND placed.seq_after = placed.seq + 1
    AND placed.before < placed.after AND NOT (placed.cursor BETWEEN placed.before AND placed.after)`;
