import { StoreError } from '@overseer/core/plugin';
import type { EventQuery, OverseerEvent } from '@overseer/core/spec';
import { readEventText } from '../sqlite/event-text.ts';
import { openBlob } from '../sqlite/file/blob-table.ts';
import { rowHash } from '../sqlite/file/event-hash.ts';
import { type OpenedEvent, openEvent } from '../sqlite/file/open-event.ts';
import type { Packing } from '../sqlite/file/packing.ts';
import { putBack } from '../sqlite/lift-strings.ts';
import type { LiftedRow } from '../sqlite/protocol.ts';
import type { Connection } from './connection.ts';
import { type AtRest, packingFor } from './key-rows.ts';
import { spanOf } from './known-spans.ts';
import { fromText, toText } from './names.ts';
import type { PgResult, PgRow } from './pg-client.ts';
import { SPAN } from './schema.ts';
import { hexOf } from './stream-ends.ts';

/** Rows that are fetched at a time, so that no answer grows beyond measure. */
const PIECE = 2_000;

/** An event as it is in the database. */
export interface Row {
  readonly seq: number;
  readonly run: string | undefined;
  /** Of a packed event what stays in the clear. */
  readonly body: string;
  readonly lifted: string | null;
  readonly packed: Uint8Array | null;
  readonly hash: string;
}

/** The columns that `toRow` reads. */
export const EVENT_COLUMNS = 'seq, run, codec, body, stub, lifted, hash';

/** With the hash of the event before it. */
interface Linked extends Row {
  readonly before: string;
}

/** Reads events, and checks that each is what was written. Throws `StoreError` `store.corrupt` naming the first that is not. */
export async function readEvents(
  connection: Connection,
  atRest: AtRest,
  query: EventQuery,
): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  while (events.length < query.limit) {
    const after = events.at(-1)?.seq ?? query.after;
    const limit = Math.min(PIECE, query.limit - events.length);
    const piece = { ...query, after, limit };
    let found = await readPiece(connection, atRest, piece);
    // Between its statements a run may have been erased: a second look sees that.
    if ('damaged' in found) found = await readPiece(connection, atRest, piece);
    if ('damaged' in found) throw damaged(atRest.name, found.damaged);
    for (const event of found) events.push(event);
    if (found.length < limit) break;
  }
  return events;
}

async function readRows(connection: Connection, query: EventQuery): Promise<readonly Linked[]> {
  if (query.run !== undefined) {
    const { rows } = await readRun(connection, query, query.run);
    return rows.map((row) => ({ ...toRow(row), before: hexOf(row['before']) }));
  }
  const { rows } = await readStream(connection, query);
  const found = rows.map((row, at) => ({ ...toRow(row), before: hexOf(rows[at - 1]?.['hash']) }));
  return found[0]?.seq === query.after ? found.slice(1) : found;
}

/** Reads a row of the table of events. */
export function toRow({ seq, run, codec, body, stub, lifted, hash }: PgRow): Row {
  const bytes = Buffer.from(body as Uint8Array);
  const isPacked = codec !== 0;
  return {
    seq: Number(seq),
    run: typeof run === 'string' ? fromText(run) : undefined,
    body: isPacked ? String(stub) : bytes.toString('utf8'),
    lifted: typeof lifted === 'string' ? lifted : null,
    packed: isPacked ? bytes : null,
    hash: hexOf(hash),
  };
}

/** With the event before the first, from whose hash that one follows. */
function readStream(
  connection: Connection,
  { stream, after, limit }: EventQuery,
): Promise<PgResult> {
  return connection.query({
    name: 'read-stream',
    text: `SELECT ${EVENT_COLUMNS} FROM event
      WHERE stream = (SELECT id FROM stream WHERE name = $1) AND seq >= $2
      ORDER BY seq LIMIT $3`,
    values: [toText(stream), after, after > 0 ? limit + 1 : limit],
  });
}

function readRun(
  connection: Connection,
  { stream, after, limit }: EventQuery,
  run: string,
): Promise<PgResult> {
  return connection.query({
    name: 'read-run',
    text: `SELECT ${EVENT_COLUMNS.replace(/\w+/g, 'found.$&')}, last.hash AS before
      FROM run_span CROSS JOIN LATERAL (
        SELECT * FROM event
        WHERE event.stream = run_span.stream AND event.run = $1
          AND event.seq BETWEEN greatest(run_span.span * ${SPAN}, $3::bigint + 1) AND run_span.span * ${SPAN} + ${SPAN - 1}
        ORDER BY event.seq LIMIT $5
      ) found
      LEFT JOIN event last ON last.stream = found.stream AND last.seq = found.seq - 1
      WHERE run_span.run = $1 AND run_span.stream = (SELECT id FROM stream WHERE name = $2)
        AND run_span.span >= $4
      ORDER BY found.seq LIMIT $5`,
    values: [toText(run), toText(stream), after, spanOf(after + 1), limit],
  });
}

/** Why events cannot be given: the first that is damaged. */
interface Damage {
  readonly damaged: number;
}

async function readPiece(
  connection: Connection,
  atRest: AtRest,
  query: EventQuery,
): Promise<readonly OverseerEvent[] | Damage> {
  const rows = await readRows(connection, query);
  const packing = await packingFor(
    connection,
    atRest,
    rows.map(({ packed }) => packed),
  );
  const events: OverseerEvent[] = [];
  const lifted = new Map<OverseerEvent, LiftedRow[1]>();
  for (const row of rows) {
    const opened = open(packing, query.stream, row);
    const event = opened && readEventText(opened.body);
    if (opened === undefined || event === undefined) return { damaged: row.seq };
    events.push(event as OverseerEvent);
    if (opened.places.length > 0) lifted.set(event as OverseerEvent, opened.places);
  }
  const strings = await readStrings(connection, packing, [...lifted.values()].flat());
  for (const [event, places] of lifted) {
    if (!putAllBack(event, places, strings)) return { damaged: event.seq };
  }
  return events;
}

function open(packing: Packing, stream: string, row: Linked): OpenedEvent | undefined {
  const isWhole = rowHash(row.before, { ...row, stream }) === row.hash;
  return isWhole ? openEvent(packing, { stream, run: row.run }, row) : undefined;
}

/** Whether all that was lifted out of an event is in its place again. */
function putAllBack(
  event: OverseerEvent,
  places: LiftedRow[1],
  strings: ReadonlyMap<string, string>,
): boolean {
  for (const [path, name] of places) {
    const text = strings.get(name);
    if (text === undefined) return false;
    putBack(event, path, text);
  }
  return true;
}

/** The large strings that events name, as far as they are whole. */
export async function readStrings(
  connection: Connection,
  packing: Packing,
  places: LiftedRow[1],
): Promise<ReadonlyMap<string, string>> {
  if (places.length === 0) return new Map();
  const { rows } = await connection.query({
    name: 'read-strings',
    text: `SELECT encode(hash, 'hex') AS name, bytes, sum FROM blob
      WHERE hash = ANY(SELECT decode(given, 'hex') FROM unnest($1::text[]) given)`,
    values: [[...new Set(places.map(([, hash]) => hash))]],
  });
  return new Map(
    rows.flatMap((row) => {
      const name = String(row['name']);
      const bytes = openBlob(packing, name, row);
      return bytes instanceof Uint8Array ? [[name, Buffer.from(bytes).toString('utf8')]] : [];
    }),
  );
}

function damaged(name: string, seq: number): StoreError {
  return new StoreError(
    'store.corrupt',
    `${name} is damaged: the event with seq ${seq} cannot be read as it was written. Restore the database from a backup.`,
  );
}
