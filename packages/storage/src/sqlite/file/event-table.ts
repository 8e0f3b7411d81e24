import type { SqliteDatabase, SqliteStatement } from '../driver.ts';
import { readEventText } from '../event-text.ts';
import type { LiftedString, Refusal, Segment } from '../protocol.ts';
import type { BlobTable } from './blob-table.ts';
import { type HashedEvent, rowHash } from './event-hash.ts';
import { type EventInsert, EventInserts } from './event-inserts.ts';
import type { KeyTable } from './key-table.ts';
import { type EventPlace, type Packing, parseStub } from './packing.ts';
import { rowOf } from './row-of.ts';
import type { RunTable } from './run-table.ts';
import type { StreamTable } from './stream-table.ts';

/** The tables that an event touches beside its own. */
export interface EventTables {
  readonly streams: StreamTable;
  readonly runs: RunTable;
  readonly blobs: BlobTable;
  readonly packing: Packing<KeyTable>;
}

/** Writes events, in the transaction that is open. */
export class EventTable {
  readonly #path: string;
  readonly #tables: EventTables;
  readonly #inserts: EventInserts;
  readonly #body: SqliteStatement;

  constructor(database: SqliteDatabase, path: string, tables: EventTables) {
    this.#path = path;
    this.#tables = tables;
    this.#inserts = new EventInserts(database);
    this.#body = database.prepare('SELECT body FROM event WHERE stream = ? AND seq = ?');
  }

  /** Writes all segments, or none when an event is out of place; looks before it writes. */
  append(segments: readonly Segment[]): Refusal | undefined {
    const heads = new Map<string, number>();
    for (const segment of segments) {
      const head = heads.get(segment.stream) ?? this.#tables.streams.end(segment.stream)?.seq ?? 0;
      const refusal = this.#check(segment, head);
      if (refusal !== undefined) return refusal;
      heads.set(segment.stream, Math.max(head, segment.first + segment.bodies.length - 1));
    }
    for (const segment of segments) this.#write(segment);
    return undefined;
  }

  #check(segment: Segment, head: number): Refusal | undefined {
    if (segment.first > head + 1) {
      return conflict(segment, 0, `leaves a gap: the stream ends at seq ${head}`);
    }
    if (segment.first < 1)
      return conflict(segment, 0, 'stands before the first: a seq is 1 or more');
    const repeated = Math.min(segment.bodies.length, head + 1 - segment.first);
    for (let index = 0; index < repeated; index++) {
      const seq = segment.first + index;
      const present = this.#idAt(segment.stream, seq);
      if (present === undefined) return damaged(this.#path, segment.stream, seq);
      if (present !== readId(segment.bodies[index])) {
        return conflict(segment, index, `comes second: that seq belongs to event ${present}`);
      }
    }
    return undefined;
  }

  /** `undefined` where what is there is no event. */
  #idAt(stream: string, seq: number): string | undefined {
    const id = this.#tables.streams.end(stream)?.id;
    if (id === undefined) return undefined;
    const body = this.#body.get(id, seq)?.['body'];
    return typeof body === 'string' ? readId(body) : undefined;
  }

  #write(segment: Segment): void {
    const { streams, runs } = this.#tables;
    const { stream } = segment;
    const end = streams.open(stream);
    const lifted = byEvent(segment);
    const rows: EventInsert[] = [];
    for (let index = end.seq + 1 - segment.first; index < segment.bodies.length; index++) {
      const body = segment.bodies[index] ?? '';
      const run = segment.runs[segment.runOf[index] ?? -1];
      const seq = segment.first + index;
      const runId = run === undefined ? null : runs.note(run, end.id, seq);
      const event = this.rowOf({ stream, seq, run }, body, lifted?.get(index) ?? NONE);
      end.hash = rowHash(end.hash, event);
      end.seq = seq;
      rows.push({ stream: end.id, run: runId, event, hash: end.hash });
    }
    this.#inserts.insert(rows);
  }

  /** An event as it is stored, its lifted strings being kept. */
  rowOf(
    place: EventPlace,
    body: string,
    strings: readonly Omit<LiftedString, 'index'>[],
  ): HashedEvent {
    const { blobs, packing } = this.#tables;
    return rowOf(packing, place, body, strings, (text, key) => blobs.putLifted(text, key));
  }
}

const NONE: readonly LiftedString[] = [];

/** Lifted strings by the position of their event. */
function byEvent({ lifted }: Segment): Map<number, LiftedString[]> | undefined {
  if (lifted.length === 0) return undefined;
  const strings = new Map<number, LiftedString[]>();
  for (const string of lifted) {
    const known = strings.get(string.index);
    if (known === undefined) strings.set(string.index, [string]);
    else known.push(string);
  }
  return strings;
}

/** The id in the text of an event, which may be anything where it was read from the file. */
function readId(body = ''): string | undefined {
  const id = parseStub(body)?.id ?? readEventText(body)?.id;
  return typeof id === 'string' ? id : undefined;
}

function damaged(path: string, stream: string, seq: number): Refusal {
  return {
    refused: 'store.corrupt',
    message: `${path} is damaged: the event with seq ${seq} of ${stream} is missing or cannot be read. Restore the file from a backup.`,
  };
}

function conflict(segment: Segment, index: number, problem: string): Refusal {
  const id = readId(segment.bodies[index]);
  return {
    refused: 'store.conflict',
    message: `Event ${id} (seq ${segment.first + index} of ${segment.stream}) ${problem}. Read the stream again, and append after its end.`,
  };
}
