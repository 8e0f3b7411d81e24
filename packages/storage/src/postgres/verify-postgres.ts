import { openWrapped } from '../at-rest/data-keys.ts';
import { snapshotPlace, snapshotSum } from '../sqlite/file/snapshot-table.ts';
import { checkBlob } from '../sqlite/upkeep/check-blobs.ts';
import { type FileReport, Problems, type StreamReport } from '../sqlite/upkeep/file-report.ts';
import { breathe, type UpkeepOptions } from '../sqlite/upkeep/open-for-upkeep.ts';
import { type CheckContext, StreamCheck } from '../sqlite/upkeep/stream-check.ts';
import type { Connection } from './connection.ts';
import { readForUpkeep } from './for-upkeep.ts';
import { type AtRest, packingToLook, toWrapped } from './key-rows.ts';
import { spanOf } from './known-spans.ts';
import { metaProblems } from './meta-rows.ts';
import { fromText, IS_STREAM, toText } from './names.ts';
import type { PgRow } from './pg-client.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { EVENT_COLUMNS, type Row, toRow } from './read-events.ts';
import { toSnapshotRow } from './snapshots.ts';

/** Events, and large values, that are looked at in one turn. */
const PIECE = 500;
const BLOB_PIECE = 50;

/**
 * Goes through a whole journal in PostgreSQL and says whether all of it is what was written: every event with its place and hash,
 * every large value, snapshots, keys, where runs have events, and what the schema says of itself, all as of one moment. Changes nothing,
 * works beside whoever writes, and on a standby. An older schema is refused (`store.read-only`). Without keys, sealed content is checked by its hashes. Throws
 * `StoreError` where there is no journal to look at.
 */
export async function verifyPostgres(
  connection: string | PostgresOptions,
  options: UpkeepOptions = {},
): Promise<FileReport> {
  try {
    return await readForUpkeep(connection, options.keys, (session, atRest) =>
      verify(session, atRest, options),
    );
  } catch (error) {
    // What was asked for is no failure of the store.
    options.signal?.throwIfAborted();
    throw error;
  }
}

interface Walk extends CheckContext {
  readonly connection: Connection;
  readonly atRest: AtRest;
  readonly signal: AbortSignal | undefined;
  readonly progress: (events: number) => void;
}

async function verify(
  connection: Connection,
  atRest: AtRest,
  options: UpkeepOptions,
): Promise<FileReport> {
  const walk: Walk = {
    connection,
    atRest,
    hasKeys: atRest.ring !== undefined,
    problems: new Problems(),
    names: new Set(),
    signal: options.signal,
    progress: await progressOf(connection, options),
  };
  for (const problem of await metaProblems(connection)) walk.problems.add(problem);
  await checkDataKeys(walk);
  await checkSnapshots(walk);
  const { rows } = await connection.query(
    `SELECT id, name FROM stream WHERE ${IS_STREAM} ORDER BY id`,
  );
  const streams: StreamReport[] = [];
  for (const { id, name } of rows) {
    streams.push(await checkStream(walk, String(id), fromText(String(name))));
  }
  await checkStrays(walk);
  const blobs = await checkBlobs(walk);
  const { list, count } = walk.problems;
  return {
    path: atRest.name,
    isSound: count === 0,
    streams: streams.filter(({ events }) => events > 0),
    problems: list,
    problemCount: count,
    blobs,
  };
}

async function checkStream(walk: Walk, id: string, name: string): Promise<StreamReport> {
  const { connection, progress, signal } = walk;
  const check = new StreamCheck(name, walk);
  while (true) {
    const { rows } = await connection.query({
      name: 'verify-events',
      text: `SELECT id, ${EVENT_COLUMNS} FROM event WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT ${PIECE}`,
      values: [id, check.last],
    });
    const found = rows.map((row) => ({ ...toRow(row), id: fromText(String(row['id'])) }));
    const packing = await packingToLook(
      connection,
      walk.atRest,
      found.map(({ packed }) => packed),
    );
    for (const row of found) {
      const { problem, ...said } = check.see(row, packing);
      // Both are columns of their own, for finding events by.
      const isNoted = problem !== undefined || (said.run === row.run && said.id === row.id);
      if (!isNoted) check.fail(row.seq, 'its run or its id is not noted as it names it');
    }
    await checkSpans(walk, id, found);
    progress(rows.length);
    if (rows.length < PIECE) return check.report();
    await breathe(signal);
  }
}

/** Whether it is noted where the runs of some events are. */
async function checkSpans(
  { connection, problems }: Walk,
  stream: string,
  events: readonly Pick<Row, 'seq' | 'run'>[],
): Promise<void> {
  const found = new Map<string, readonly [run: string, span: number]>();
  for (const { seq, run } of events) {
    if (run !== undefined) found.set(`${spanOf(seq)} ${run}`, [run, spanOf(seq)]);
  }
  const spans = [...found.values()];
  const { rows } = await connection.query({
    name: 'verify-spans',
    text: `SELECT run, span FROM unnest($2::text[], $3::bigint[]) AS given (run, span)
      WHERE NOT EXISTS (SELECT FROM run_span
        WHERE run_span.run = given.run AND run_span.stream = $1 AND run_span.span = given.span)`,
    values: [stream, spans.map(([run]) => toText(run)), spans.map(([, span]) => span)],
  });
  for (const { run, span } of rows) {
    const what = `Span ${span} of run ${fromText(String(run))} is missing.`;
    problems.add({ of: 'derived', what });
  }
}

/** Events of streams that have no name can be found by nobody. */
async function checkStrays({ connection, problems }: Walk): Promise<void> {
  const { rows } = await connection.query(
    'SELECT DISTINCT stream FROM event WHERE stream NOT IN (SELECT id FROM stream)',
  );
  for (const { stream } of rows) {
    problems.add({ of: 'event', what: `The events of stream number ${stream} have no stream.` });
  }
}

async function checkSnapshots({ connection, problems }: Walk): Promise<void> {
  const { rows } = await connection.query('SELECT * FROM snapshot');
  for (const row of rows) {
    const stream = fromText(String(row['stream']));
    const version = Number(row['fold_version']);
    const { text, packed, sum } = toSnapshotRow(row);
    const place = snapshotPlace(stream, version, Number(row['seq']));
    // Of those from before there were sums, nobody can say.
    const isWhole = sum === null ? packed === null : snapshotSum(place, text, packed).equals(sum);
    if (isWhole) continue;
    const what = `the snapshot of ${stream} (version ${version}) is changed`;
    problems.add({ of: 'derived', what });
  }
}

async function checkDataKeys({ connection, atRest, problems }: Walk): Promise<void> {
  if (atRest.ring === undefined) return;
  const { rows } = await connection.query('SELECT * FROM data_key WHERE wrapped IS NOT NULL');
  for (const row of rows.map(toWrapped)) {
    if (openWrapped(row, atRest.ring) !== undefined) continue;
    const what = `The data key of ${row.owner} does not open with the keys that were given.`;
    problems.add({ of: 'key', what });
  }
}

async function checkBlobs(walk: Walk): Promise<FileReport['blobs']> {
  const { connection, names, problems } = walk;
  const counts = { count: 0, unnamed: 0, unopened: 0 };
  let last = '';
  while (true) {
    const { rows } = await connection.query({
      name: 'verify-blobs',
      text: `SELECT hash, bytes, data_key, sum FROM blob WHERE hash > decode($1, 'hex') ORDER BY hash LIMIT ${BLOB_PIECE}`,
      values: [last],
    });
    const packing = await packingToLook(connection, walk.atRest, rows.map(sealedBytes));
    for (const row of rows) {
      const name = Buffer.from(row['hash'] as Uint8Array).toString('hex');
      const state = checkBlob({ packing, hasKeys: walk.hasKeys }, row);
      if (state === 'damaged') problems.add({ of: 'blob', what: `Blob ${name} is changed.` });
      counts.count++;
      counts.unnamed += names.delete(name) ? 0 : 1;
      counts.unopened += state === 'unopened' ? 1 : 0;
      last = name;
    }
    if (rows.length < BLOB_PIECE) break;
    await breathe(walk.signal);
  }
  for (const name of names) problems.add({ of: 'blob', what: `Blob ${name} is missing.` });
  return counts;
}

function sealedBytes({ bytes, data_key: keyId }: PgRow): Uint8Array | null {
  return keyId !== null && bytes instanceof Uint8Array ? bytes : null;
}

async function progressOf(
  connection: Connection,
  { onProgress }: UpkeepOptions,
): Promise<(events: number) => void> {
  if (onProgress === undefined) return () => undefined;
  // Counting all would read all once more.
  const { rows } = await connection.query(
    "SELECT greatest(reltuples, 0)::bigint AS n FROM pg_class WHERE oid = 'event'::regclass",
  );
  const all = Number(rows[0]?.['n'] ?? 0);
  let done = 0;
  return (events) => {
    done += events;
    onProgress(done, Math.max(all, done));
  };
}
