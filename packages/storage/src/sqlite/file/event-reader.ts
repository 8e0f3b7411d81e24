import type { EventQuery } from '@overseer/core/spec';
import type { SqliteDatabase, SqliteRow, SqliteStatement } from '../driver.ts';
import type { LiftedRow, Page, Refusal } from '../protocol.ts';
import { damagedEvent } from '../store-error.ts';
import type { EventTables } from './event-table.ts';
import { parseLifted } from './parse-lifted.ts';

/** Events that SQLite joins to one text at a time. */
const PIECE = 1_000;

/** Reads events as the text they were stored in. */
export class EventReader {
  readonly #tables: EventTables;
  readonly #path: string;
  readonly #all: SqliteStatement;
  readonly #ofRun: SqliteStatement;

  constructor(database: SqliteDatabase, path: string, tables: EventTables) {
    this.#tables = tables;
    this.#path = path;
    this.#all = database.prepare(pieceOf('stream = ? AND seq BETWEEN ? AND ?'));
    this.#ofRun = database.prepare(pieceOf('stream = ? AND seq BETWEEN ? AND ? AND run = ?'));
  }

  read(query: EventQuery): Page | Refusal {
    const pieces = this.#pieces(query);
    const lifted: LiftedRow[] = [];
    for (const piece of pieces) {
      const rows = piece.lifted === null ? [] : parseLifted(piece.lifted);
      if (rows === undefined) return damagedEvent(this.#path, this.#firstDamaged(query));
      lifted.push(...rows);
    }
    const strings = this.#strings(lifted);
    return strings instanceof Map
      ? { bodies: pieces.map((piece) => piece.bodies), lifted, last: pieces.at(-1)?.last, strings }
      : strings;
  }

  /** The `seq` of the first event whose lifted strings cannot be told. */
  #firstDamaged(query: EventQuery): number {
    let { after } = query;
    for (;;) {
      const [piece] = this.#pieces({ ...query, after, limit: 1 });
      if (piece === undefined) return after;
      after = piece.last;
      if (piece.lifted !== null && parseLifted(piece.lifted) === undefined) return after;
    }
  }

  #pieces({ stream, run, after, limit }: EventQuery): readonly Piece[] {
    const streamId = this.#tables.streams.idOf(stream);
    if (streamId === undefined) return [];
    if (run === undefined) {
      return this.#collect([[after + 1, Number.MAX_SAFE_INTEGER]], limit, (first, last, count) =>
        this.#all.get(streamId, first, last, count),
      );
    }
    const runId = this.#tables.runs.idOf(run);
    if (runId === undefined) return [];
    const ranges = this.#tables.runs.ranges(runId, streamId, after);
    return this.#collect(
      ranges.map(([first, last]) => [Math.max(first, after + 1), last]),
      limit,
      (first, last, count) => this.#ofRun.get(streamId, first, last, runId, count),
    );
  }

  /** Goes through ranges of `seq` until there are `limit` events. */
  #collect(
    ranges: readonly (readonly [number, number])[],
    limit: number,
    get: (first: number, last: number, count: number) => SqliteRow | undefined,
  ): readonly Piece[] {
    const pieces: Piece[] = [];
    let missing = limit;
    for (const [first, last] of ranges) {
      let next = first;
      while (missing > 0 && next <= last) {
        const asked = Math.min(PIECE, missing);
        const piece = toPiece(get(next, last, asked));
        if (piece === undefined) break;
        pieces.push(piece);
        missing -= piece.count;
        if (piece.count < asked) break;
        next = piece.last + 1;
      }
    }
    return pieces;
  }

  #strings(lifted: readonly LiftedRow[]): Map<string, string> | Refusal {
    const strings = new Map<string, string>();
    for (const [seq, places] of lifted) {
      for (const [, hash] of places) {
        if (strings.has(hash)) continue;
        const bytes = this.#tables.blobs.get(hash);
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

interface Piece {
  readonly bodies: string;
  readonly lifted: string | null;
  readonly count: number;
  /** The `seq` of its last event. */
  readonly last: number;
}

/** Joining in SQLite costs half of what one row at a time does. */
function pieceOf(condition: string): string {
  return `
    SELECT count(*) AS count, max(seq) AS last, group_concat(body, ',') AS bodies,
      group_concat('[' || seq || ',' || lifted || ']', ',') AS lifted
    FROM (SELECT seq, body, lifted FROM event WHERE ${condition} ORDER BY seq LIMIT ?)`;
}

function toPiece(row: SqliteRow | undefined): Piece | undefined {
  const bodies = row?.['bodies'];
  if (row === undefined || typeof bodies !== 'string') return undefined;
  const lifted = row['lifted'];
  return {
    bodies,
    lifted: typeof lifted === 'string' ? lifted : null,
    count: Number(row['count']),
    last: Number(row['last']),
  };
}
