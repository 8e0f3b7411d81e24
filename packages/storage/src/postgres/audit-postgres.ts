import { openBlob } from '../sqlite/file/blob-table.ts';
import { openEvent } from '../sqlite/file/open-event.ts';
import type { Packing } from '../sqlite/file/packing.ts';
import { blobLine, eventLine, firstLine, lastLine } from '../sqlite/upkeep/audit-lines.ts';
import { checkEvent } from '../sqlite/upkeep/check-event.ts';
import { breathe, type UpkeepOptions } from '../sqlite/upkeep/open-for-upkeep.ts';
import { toStoreError } from './explain-failure.ts';
import { openUpkeep, type UpkeepSession } from './for-upkeep.ts';
import { packingToLook } from './key-rows.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { EVENT_COLUMNS, type Row, toRow } from './read-events.ts';
import { type NumberedStream, numberedStreams } from './stream-copy.ts';
import { readEnds } from './stream-ends.ts';

const PIECE = 200;

/**
 * Every event of a journal in PostgreSQL as lines of JSON with what proves them, all as of one moment and beside whoever writes: in
 * the form that `exportAudit` gives and `checkAudit` checks. Throws as `verifyPostgres` does; of what is damaged it writes what is
 * there, which then does not check.
 */
export async function* exportPostgresAudit(
  connection: string | PostgresOptions,
  options: UpkeepOptions = {},
): AsyncGenerator<string> {
  await using session = await openUpkeep(connection, options.keys, 'reads');
  try {
    // Whoever takes the lines may be slow.
    await session.connection.query('SET idle_in_transaction_session_timeout = 0');
    await session.connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    yield* linesOf(session, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw toStoreError(error, session.atRest.name);
  }
}

async function* linesOf(
  session: UpkeepSession,
  { signal, onProgress }: UpkeepOptions,
): AsyncGenerator<string> {
  const streams = await numberedStreams(session.connection);
  const ends = await readEnds(
    session.connection,
    streams.map(({ name }) => name),
  );
  const heads = streams.map(({ name }) => {
    const { seq = 0, hash = '' } = ends.get(name) ?? {};
    return { name, events: seq, hash };
  });
  yield firstLine(heads);
  const said = new Set<string>();
  const all = heads.reduce((sum, { events }) => sum + events, 0);
  let done = 0;
  for (const stream of streams) {
    let last = 0;
    while (true) {
      const rows = await readRows(session, stream, last);
      yield* linesOfRows(session, stream.name, rows, said);
      last = rows.at(-1)?.seq ?? last;
      done += rows.length;
      onProgress?.(done, Math.max(all, done));
      if (rows.length < PIECE) break;
      await breathe(signal);
    }
  }
  yield lastLine(done);
}

async function readRows(
  { connection }: UpkeepSession,
  { id }: NumberedStream,
  after: number,
): Promise<readonly Row[]> {
  const { rows } = await connection.query({
    name: 'audit-events',
    text: `SELECT ${EVENT_COLUMNS} FROM event WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT ${PIECE}`,
    values: [id, after],
  });
  return rows.map(toRow);
}

async function* linesOfRows(
  session: UpkeepSession,
  stream: string,
  rows: readonly Row[],
  said: Set<string>,
): AsyncGenerator<string> {
  const { connection, atRest } = session;
  const hasKeys = atRest.ring !== undefined;
  const bytes = rows.map(({ packed }) => packed);
  const packing = await packingToLook(connection, atRest, bytes);
  for (const row of rows) {
    const { run, names, kind } = checkEvent(row, stream, packing, hasKeys);
    for (const name of names) {
      if (said.has(name)) continue;
      said.add(name);
      yield* linesOfBlob(session, packing, name);
    }
    const isOpened = row.packed !== null && kind !== 'unopened';
    yield eventLine(stream, row, isOpened ? openEvent(packing, { stream, run }, row) : undefined);
  }
}

/** A large string: in the clear where that can be, else not at all. */
async function* linesOfBlob(
  { connection }: UpkeepSession,
  packing: Packing,
  name: string,
): AsyncGenerator<string> {
  const { rows } = await connection.query({
    name: 'audit-blob',
    text: "SELECT bytes, data_key, sum FROM blob WHERE hash = decode($1, 'hex')",
    values: [name],
  });
  const [row] = rows;
  const bytes = row && openBlob(packing, name, row);
  if (bytes instanceof Uint8Array) yield blobLine(name, bytes, row?.['data_key'] !== null);
}
