import { hash as digest } from 'node:crypto';
import { StoreError } from '@overseer/core/plugin';
import type { EventQuery, OverseerEvent } from '@overseer/core/spec';
import { eventHash } from '../sqlite/file/event-hash.ts';
import { parseLifted } from '../sqlite/file/parse-lifted.ts';
import { putBack } from '../sqlite/lift-strings.ts';
import type { LiftedRow } from '../sqlite/protocol.ts';
import type { Connection } from './connection.ts';
import { spanOf } from './known-spans.ts';
import { toText } from './names.ts';
import type { PgResult, PgRow } from './pg-client.ts';
import { SPAN } from './schema.ts';
import { hexOf } from './stream-ends.ts';

/** Rows that are fetched at a time, so that no answer grows beyond measure. */
const PIECE = 2_000;

/** An event as it is in the database. */
interface Row {
  readonly seq: number;
  readonly body: string;
  readonly lifted: string | null;
  readonly before: string;
  readonly hash: string;
}

/** Reads events, and checks that each is what was written. Throws `StoreError` `store.corrupt` naming the first that is not. */
export async function readEvents(
  connection: Connection,
  query: EventQuery,
  name: string,
): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  while (events.length < query.limit) {
    const after = events.at(-1)?.seq ?? query.after;
    const limit = Math.min(PIECE, query.limit - events.length);
    const rows = await readRows(connection, { ...query, after, limit });
    for (const event of await toEvents(connection, rows, name)) events.push(event);
    if (rows.length < limit) break;
  }
  return events;
}

async function readRows(connection: Connection, query: EventQuery): Promise<readonly Row[]> {
  if (query.run !== undefined) {
    const { rows } = await readRun(connection, query, query.run);
    return rows.map((row) => toRow(row, hexOf(row['before'])));
  }
  const { rows } = await readStream(connection, query);
  const found = rows.map((row, at) => toRow(row, hexOf(rows[at - 1]?.['hash'])));
  return found[0]?.seq === query.after ? found.slice(1) : found;
}

function toRow(row: PgRow, before: string): Row {
  return {
    seq: Number(row['seq']),
    body: Buffer.from(row['body'] as Uint8Array).toString('utf8'),
    lifted: typeof row['lifted'] === 'string' ? row['lifted'] : null,
    before,
    hash: hexOf(row['hash']),
  };
}

/** With the event before the first, from whose hash that one follows. */
function readStream(
  connection: Connection,
  { stream, after, limit }: EventQuery,
): Promise<PgResult> {
  return connection.query({
    name: 'read-stream',
    text: `SELECT seq, body, lifted, hash FROM event
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
    text: `SELECT found.seq, found.body, found.lifted, found.hash, last.hash AS before
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

async function toEvents(
  connection: Connection,
  rows: readonly Row[],
  name: string,
): Promise<readonly OverseerEvent[]> {
  const lifted = new Map<number, LiftedRow[1]>();
  const events = rows.map((row) => {
    const whole = eventHash(row.before, row.body, row.lifted) === row.hash;
    const places = row.lifted === null ? [] : parseLifted(row.lifted);
    if (!whole || places === undefined) throw damaged(name, row.seq);
    lifted.set(row.seq, places);
    return JSON.parse(row.body) as OverseerEvent;
  });
  const strings = await readStrings(connection, [...lifted.values()].flat());
  for (const event of events) {
    for (const [path, hash] of lifted.get(event.seq) ?? []) {
      const text = strings.get(hash);
      if (text === undefined) throw damaged(name, event.seq);
      putBack(event, path, text);
    }
  }
  return events;
}

async function readStrings(
  connection: Connection,
  places: LiftedRow[1],
): Promise<ReadonlyMap<string, string>> {
  if (places.length === 0) return new Map();
  const { rows } = await connection.query({
    name: 'read-strings',
    text: `SELECT encode(hash, 'hex') AS hash, bytes FROM blob
      WHERE hash = ANY(SELECT decode(given, 'hex') FROM unnest($1::text[]) given)`,
    values: [[...new Set(places.map(([, hash]) => hash))]],
  });
  return new Map(
    rows.flatMap(({ hash, bytes }) => {
      const isWhole = digest('sha256', bytes as Uint8Array, 'hex') === hash;
      return isWhole ? [[String(hash), Buffer.from(bytes as Uint8Array).toString('utf8')]] : [];
    }),
  );
}

function damaged(name: string, seq: number): StoreError {
  return new StoreError(
    'store.corrupt',
    `${name} is damaged: the event with seq ${seq} cannot be read as it was written. Restore the database from a backup.`,
  );
}
