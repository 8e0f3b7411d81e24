import { keyIdOf } from '../at-rest/envelope.ts';
import type { Connection } from './connection.ts';
import { PUT_LATELY_MINUTES } from './kept-blobs.ts';
import type { RunSpan } from './known-spans.ts';
import { fromText, toText } from './names.ts';
import type { NewBlob, NewEvent } from './new-rows.ts';
import type { StreamEnd } from './stream-ends.ts';

type Events = ReadonlyMap<string, readonly NewEvent[]>;

const HASH_BYTES = 32;

/** The numbers of the streams of these events; new streams are made. */
export async function openStreams(
  connection: Connection,
  events: Events,
  ends: ReadonlyMap<string, StreamEnd>,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const name of events.keys()) {
    const id = ends.get(name)?.id;
    if (id !== undefined) ids.set(name, id);
  }
  const fresh = [...events.keys()].filter((name) => !ids.has(name)).sort();
  if (fresh.length === 0) return ids;
  const names = fresh.map(toText);
  await connection.query({
    text: 'INSERT INTO stream (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING',
    values: [names],
  });
  const { rows } = await connection.query({
    text: 'SELECT name, id FROM stream WHERE name = ANY($1::text[])',
    values: [names],
  });
  for (const { name, id } of rows) ids.set(fromText(String(name)), String(id));
  return ids;
}

/** A lease that has to be held as it is while events are written. */
export interface Guard {
  readonly epoch: number;
  readonly streams: readonly string[];
}

const INSERT_EVENTS = `INSERT INTO event (stream, seq, id, run, codec, body, stub, lifted, hash)
  SELECT stream, seq, id, run, CASE WHEN stub IS NULL THEN 0 ELSE 1 END, substring($9::bytea FROM start FOR size),
    stub, lifted, substring($10::bytea FROM (place::int - 1) * ${HASH_BYTES} + 1 FOR ${HASH_BYTES})
  FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[])
    WITH ORDINALITY AS given (stream, seq, id, run, stub, lifted, start, size, place)`;

/**
 * The same in one statement with what `lockLeases` and `fence` do, unless a key was erased meanwhile; it writes all, or nothing.
 */
const INSERT_GUARDED = `WITH held AS MATERIALIZED (
    SELECT name, epoch FROM lease
    WHERE (name = ANY($11::text[]) OR epoch = $12) AND holder IS NOT NULL ORDER BY name FOR SHARE
  ), allowed AS MATERIALIZED (
    SELECT coalesce(bool_or(epoch = $12), false)
      AND coalesce(bool_and(epoch = $12 OR name <> ALL($11::text[])), true)
      AND NOT EXISTS (SELECT FROM data_key WHERE id = ANY($13::int[]) AND wrapped IS NULL) AS so
    FROM held
  )
  ${INSERT_EVENTS}, allowed WHERE allowed.so`;

/** Writes events of several streams at once, in the transaction that is open. */
export async function insertEvents(
  connection: Connection,
  events: Events,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  await connection.query({
    name: 'insert-events',
    text: INSERT_EVENTS,
    values: columnsOf(events, ids),
  });
}

/** Writes events in a transaction of their own, if the guard's lease is held; answers whether that was so. */
export async function insertGuarded(
  connection: Connection,
  events: Events,
  ids: ReadonlyMap<string, string>,
  { epoch, streams }: Guard,
): Promise<boolean> {
  const { rowCount } = await connection.query({
    name: 'insert-guarded',
    text: INSERT_GUARDED,
    values: [...columnsOf(events, ids), streams.map(toText), epoch, keysIn(events)],
  });
  return rowCount !== 0;
}

/** Bytes go as one value, for an array of them would be sent as text of twice the length. */
function columnsOf(events: Events, ids: ReadonlyMap<string, string>): readonly unknown[] {
  const all = [...events].flatMap(([stream, added]) =>
    added.map((event) => ({
      ...event,
      number: ids.get(stream),
      bytes: event.packed ?? Buffer.from(event.body),
    })),
  );
  let end = 0;
  const starts = all.map(({ bytes }) => {
    end += bytes.byteLength;
    return end - bytes.byteLength + 1;
  });
  return [
    all.map(({ number }) => number),
    all.map(({ seq }) => seq),
    all.map(({ id }) => toText(id)),
    all.map(({ run }) => (run === undefined ? null : toText(run))),
    all.map(({ packed, body }) => (packed === null ? null : body)),
    all.map(({ lifted }) => lifted),
    starts,
    all.map(({ bytes }) => bytes.byteLength),
    Buffer.concat(all.map(({ bytes }) => bytes)),
    Buffer.from(all.map(({ hash }) => hash).join(''), 'hex'),
  ];
}

/** The keys that events are sealed with. */
function keysIn(events: Events): readonly number[] {
  const ids = new Set<number>();
  for (const added of events.values()) {
    for (const { packed } of added) {
      const id = packed === null ? undefined : keyIdOf(packed);
      if (id !== undefined) ids.add(id);
    }
  }
  return [...ids];
}

/** Writes blobs that are not there yet, and notes of others that they are wanted again, in an order that is the same for all, so that no two writers wait for each other. */
export async function insertBlobs(
  connection: Connection,
  blobs: ReadonlyMap<string, NewBlob>,
): Promise<void> {
  const all = [...blobs]
    .map(([name, blob]) => ({ ...blob, name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  let end = 0;
  const starts = all.map(({ bytes }) => {
    end += bytes.byteLength;
    return end - bytes.byteLength + 1;
  });
  await connection.query({
    name: 'insert-blobs',
    // Each is held until the transaction ends, so that nobody removes it before the event is there that names it.
    text: `INSERT INTO blob AS kept (hash, codec, bytes, data_key, sum, named)
      SELECT decode(hash, 'hex'), CASE WHEN sum IS NULL THEN 0 ELSE 1 END, substring($6::bytea FROM start FOR size),
        data_key, decode(sum, 'hex'), named
      FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::text[], $7::boolean[])
        AS given (hash, start, size, data_key, sum, named)
      ON CONFLICT (hash) DO UPDATE SET put_at = now(), named = kept.named OR excluded.named
      WHERE NOT kept.named
        AND (excluded.named OR kept.put_at < now() - interval '${PUT_LATELY_MINUTES} min')`,
    values: [
      all.map(({ name }) => name),
      starts,
      all.map(({ bytes }) => bytes.byteLength),
      all.map(({ keyId }) => keyId),
      all.map(({ sum }) => sum?.toString('hex') ?? null),
      Buffer.concat(all.map(({ bytes }) => bytes)),
      all.map(({ isNamed = false }) => isNamed),
    ],
  });
}

/** Notes in which spans runs have events. */
export async function insertSpans(
  connection: Connection,
  spans: readonly RunSpan[],
): Promise<void> {
  await connection.query({
    name: 'insert-spans',
    text: `INSERT INTO run_span (run, stream, span)
      SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[]) ON CONFLICT DO NOTHING`,
    values: [
      spans.map(({ run }) => toText(run)),
      spans.map(({ stream }) => stream),
      spans.map(({ span }) => span),
    ],
  });
}
