import type { Connection } from './connection.ts';
import type { RunSpan } from './known-spans.ts';
import { fromText, toText } from './names.ts';
import type { NewEvent } from './new-rows.ts';
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

/**
 * Writes events of several streams at once. Bytes go as one value, for an array of them would be sent as text of twice the
 * length.
 */
export async function insertEvents(
  connection: Connection,
  events: Events,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const all = [...events].flatMap(([stream, added]) =>
    added.map((event) => ({ ...event, number: ids.get(stream), bytes: Buffer.from(event.body) })),
  );
  let end = 0;
  const starts = all.map(({ bytes }) => {
    end += bytes.byteLength;
    return end - bytes.byteLength + 1;
  });
  await connection.query({
    name: 'insert-events',
    text: `INSERT INTO event (stream, seq, id, run, codec, body, lifted, hash)
      SELECT stream, seq, id, run, 0, substring($8::bytea FROM start FOR size), lifted,
        substring($9::bytea FROM (place::int - 1) * ${HASH_BYTES} + 1 FOR ${HASH_BYTES})
      FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[])
        WITH ORDINALITY AS given (stream, seq, id, run, lifted, start, size, place)`,
    values: [
      all.map(({ number }) => number),
      all.map(({ seq }) => seq),
      all.map(({ id }) => toText(id)),
      all.map(({ run }) => (run === undefined ? null : toText(run))),
      all.map(({ lifted }) => lifted),
      starts,
      all.map(({ bytes }) => bytes.byteLength),
      Buffer.concat(all.map(({ bytes }) => bytes)),
      Buffer.from(all.map(({ hash }) => hash).join(''), 'hex'),
    ],
  });
}

/** Writes blobs that are not there yet, in an order that is the same for all, so that no two writers wait for each other. */
export async function insertBlobs(
  connection: Connection,
  blobs: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const all = [...blobs].sort(([a], [b]) => (a < b ? -1 : 1));
  let end = 0;
  const starts = all.map(([, bytes]) => {
    end += bytes.byteLength;
    return end - bytes.byteLength + 1;
  });
  await connection.query({
    name: 'insert-blobs',
    text: `INSERT INTO blob (hash, codec, bytes)
      SELECT decode(hash, 'hex'), 0, substring($4::bytea FROM start FOR size)
      FROM unnest($1::text[], $2::int[], $3::int[]) AS given (hash, start, size)
      ON CONFLICT DO NOTHING`,
    values: [
      all.map(([hash]) => hash),
      starts,
      all.map(([, bytes]) => bytes.byteLength),
      Buffer.concat(all.map(([, bytes]) => bytes)),
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
