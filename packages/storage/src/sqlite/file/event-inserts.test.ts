import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SqliteDatabase } from '../driver.ts';
import { openDatabase } from '../node-driver.ts';
import { type EventInsert, EventInserts } from './event-inserts.ts';
import { MIGRATIONS } from './schema.ts';

const KINDS = ['plain', 'plain', 'plain', 'plain', 'lifted', 'packed'] as const;

describe('inserts of events', () => {
  it('K9: however many come together, and of whatever kind, all are there in their order', () => {
    const kinds = fc.array(fc.constantFrom(...KINDS), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 3 }), (appends) => {
        const { database } = newTable();
        const inserts = new EventInserts(database);
        let seq = 0;
        const all = appends.map((append) => append.map((kind) => rowAt(++seq, kind)));
        for (const rows of all) inserts.insert(rows);
        expect(rowsIn(database)).toEqual(all.flat());
      }),
    );
  });

  it('K9: those in the clear take a statement for eight', () => {
    const { database, runs } = newTable();
    const rows = Array.from({ length: 27 }, (_, index) => rowAt(index + 1, 'plain'));
    new EventInserts(database).insert(rows);
    expect(runs()).toBe(3 + 3);
    expect(rowsIn(database)).toEqual(rows);
  });

  it('R1: one that cannot be written is told, and undone with all others by its transaction', () => {
    const { database } = newTable();
    const inserts = new EventInserts(database);
    const rows = [1, 2, 3, 4, 5, 5, 7, 8].map((seq) => rowAt(seq, 'plain'));
    database.exec('BEGIN');
    expect(() => inserts.insert(rows)).toThrow(/UNIQUE/);
    database.exec('ROLLBACK');
    expect(rowsIn(database)).toEqual([]);
  });
});

function newTable(): { readonly database: SqliteDatabase; readonly runs: () => number } {
  const inner = openDatabase(':memory:');
  for (const sql of MIGRATIONS) inner.exec(sql);
  let count = 0;
  const database: SqliteDatabase = {
    exec: (sql) => inner.exec(sql),
    close: () => inner.close(),
    prepareQuery: (sql) => inner.prepareQuery(sql),
    prepare: (sql) => {
      const statement = inner.prepare(sql);
      return {
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
        run: (...values) => {
          count++;
          return statement.run(...values);
        },
      };
    },
  };
  return { database, runs: () => count };
}

function rowAt(seq: number, kind: (typeof KINDS)[number]): EventInsert {
  return {
    stream: 1 + (seq % 2),
    run: seq % 3 === 0 ? null : seq % 3,
    event: {
      stream: '',
      seq,
      body: `{"seq":${seq},"ä":"\\u0000"}`,
      lifted: kind === 'lifted' ? '[]' : null,
      packed: kind === 'packed' ? new Uint8Array([seq]) : null,
    },
    hash: `hash ${seq}`,
  };
}

/** As they were written, one after the other. */
function rowsIn(database: SqliteDatabase): readonly unknown[] {
  return database
    .prepare('SELECT stream, seq, run, body, lifted, hash, packed FROM event ORDER BY cursor')
    .all()
    .map(({ stream, run, hash, ...event }) => ({
      stream,
      run,
      hash,
      event: { ...event, stream: '' },
    }));
}
