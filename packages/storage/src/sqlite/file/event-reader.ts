import type { EventQuery } from '@overseer/core/spec';
import type { SqliteDatabase, SqliteQuery, SqliteStatement, SqliteValue } from '../driver.ts';
import type { LiftedRow, Page, Refusal } from '../protocol.ts';
import { damagedEvent } from '../store-error.ts';
import { rowHash } from './event-hash.ts';
import { EVENT_COLUMNS, type EventRow, fromColumns } from './event-row.ts';
import type { EventTables } from './event-table.ts';
import { openEvent } from './open-event.ts';
import { Pieces } from './pieces.ts';

/** Rows that are fetched at a time. */
const PIECE = 1_000;

/** Reads events as the text they were stored in, and checks that each is what was written. */
export class EventReader {
  readonly #tables: EventTables;
  readonly #path: string;
  readonly #all: SqliteQuery;
  readonly #ofRun: SqliteQuery;
  readonly #hashAt: SqliteStatement;

  constructor(database: SqliteDatabase, path: string, tables: EventTables) {
    this.#tables = tables;
    this.#path = path;
    this.#all = database.prepareQuery(rowsOf('stream = ? AND seq BETWEEN ? AND ?'));
    this.#ofRun = database.prepareQuery(rowsOf('stream = ? AND seq BETWEEN ? AND ? AND run = ?'));
    this.#hashAt = database.prepare('SELECT hash FROM event WHERE stream = ? AND seq = ?');
  }

  read(query: EventQuery): Page | Refusal {
    const { streams, runs, packing } = this.#tables;
    const stream = streams.idOf(query.stream);
    const rows = stream === undefined ? [] : this.#rows(query, stream);
    const damaged = stream === undefined ? undefined : this.#firstDamaged(query, stream, rows);
    if (damaged !== undefined) return damagedEvent(this.#path, damaged);
    const pieces = new Pieces();
    const lifted: LiftedRow[] = [];
    for (const row of rows) {
      // What is not packed names its run itself.
      const isNamed = row.packed === null || row.run === undefined;
      const run = isNamed ? undefined : runs.nameOf(row.run);
      const event = openEvent(packing, { stream: query.stream, run }, row);
      if (event === undefined) return damagedEvent(this.#path, row.seq);
      pieces.add(event.body);
      if (event.places.length > 0) lifted.push([row.seq, event.places]);
    }
    const strings = this.#strings(lifted);
    return strings instanceof Map
      ? { pieces: pieces.end(), lifted, last: rows.at(-1)?.seq, strings }
      : strings;
  }

  /** The `seq` of the first event that does not follow from the hash of the one before it; see the schema. */
  #firstDamaged(
    { stream: name }: EventQuery,
    stream: number,
    rows: readonly EventRow[],
  ): number | undefined {
    let before: Pick<EventRow, 'seq' | 'hash'> = { seq: 0, hash: '' };
    for (const row of rows) {
      if (before.seq !== row.seq - 1) {
        const hash = this.#hashAt.get(stream, row.seq - 1)?.['hash'];
        before = { seq: row.seq - 1, hash: typeof hash === 'string' ? hash : '' };
      }
      if (rowHash(before.hash, { ...row, stream: name }) !== row.hash) return row.seq;
      before = row;
    }
    return undefined;
  }

  #rows({ run, after, limit }: EventQuery, stream: number): readonly EventRow[] {
    if (run === undefined) {
      return collect([[after + 1, Number.MAX_SAFE_INTEGER]], limit, (first, last, count) =>
        this.#all.all(stream, first, last, count),
      );
    }
    const runId = this.#tables.runs.idOf(run);
    if (runId === undefined) return [];
    const ranges = this.#tables.runs.ranges(runId, stream, after);
    return collect(
      ranges.map(([first, last]) => [Math.max(first, after + 1), last]),
      limit,
      (first, last, count) => this.#ofRun.all(stream, first, last, runId, count),
    );
  }

  #strings(lifted: readonly LiftedRow[]): Map<string, string> | Refusal {
    const strings = new Map<string, string>();
    for (const [seq, places] of lifted) {
      for (const [, hash] of places) {
        if (strings.has(hash)) continue;
        const bytes = this.#tables.blobs.getLifted(hash);
        if (!(bytes instanceof Uint8Array)) return this.#damaged(seq, hash);
        strings.set(hash, Buffer.from(bytes).toString('utf8'));
      }
    }
    return strings;
  }

  #damaged(seq: number, hash: string): Refusal {
    return {
      refused: 'store.corrupt',
      message: `${this.#path} is damaged: blob ${hash}, which belongs to the event with seq ${seq}, is missing or changed. Restore the file from a backup.`,
    };
  }
}

/** Goes through ranges of `seq` until there are `limit` events. */
function collect(
  ranges: readonly (readonly [number, number])[],
  limit: number,
  get: (first: number, last: number, count: number) => readonly (readonly SqliteValue[])[],
): readonly EventRow[] {
  const rows: EventRow[] = [];
  for (const [first, last] of ranges) {
    let next = first;
    while (rows.length < limit && next <= last) {
      const asked = Math.min(PIECE, limit - rows.length);
      const got = get(next, last, asked);
      for (const row of got) rows.push(fromColumns(row));
      if (got.length < asked) break;
      next = (rows.at(-1)?.seq ?? last) + 1;
    }
  }
  return rows;
}

function rowsOf(condition: string): string {
  return `SELECT ${EVENT_COLUMNS} FROM event WHERE ${condition} ORDER BY seq LIMIT ?`;
}
