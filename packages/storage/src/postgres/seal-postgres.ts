import { StoreError } from '@overseer/core/plugin';
import type { KeySource } from '../at-rest/key-ring.ts';
import { readEventText } from '../sqlite/event-text.ts';
import { blobRow, liftedName } from '../sqlite/file/blob-table.ts';
import { rowHash } from '../sqlite/file/event-hash.ts';
import { openEvent } from '../sqlite/file/open-event.ts';
import { ownerOf, Packing } from '../sqlite/file/packing.ts';
import { rowOf } from '../sqlite/file/row-of.ts';
import { breathe, type UpkeepOptions } from '../sqlite/upkeep/open-for-upkeep.ts';
import type { SealReport } from '../sqlite/upkeep/seal-file.ts';
import type { Connection } from './connection.ts';
import { aloneForUpkeep, type UpkeepSession } from './for-upkeep.ts';
import { keysToWrite } from './key-rows.ts';
import { KeySet } from './key-set.ts';
import { fromText } from './names.ts';
import type { NewBlob, NewEvent } from './new-rows.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { EVENT_COLUMNS, type Row, readStrings, toRow } from './read-events.ts';
import { IS_CLEAR, refuseClear, requireSealed } from './refuse-clear.ts';
import { sealBlobs, sealMail, sealSnapshots } from './seal-values.ts';
import { dropReplaced, type NumberedStream, numberedStreams, StreamCopy } from './stream-copy.ts';
import { readEnds } from './stream-ends.ts';

/** Events that are sealed in one transaction. */
const PIECE = 200;

/**
 * Seals all of a journal in PostgreSQL that is in the clear, each event under the key of its run, while nodes that have the keys
 * work on it; from its beginning on, nobody can write anything in the clear any more. Each stream is written anew beside the
 * old one, in small transactions, and takes its place when it has caught up: whatever ends this in between, the journal is whole,
 * and asking again goes on where it ended. Its hashes are new from the first event on that was sealed. Throws `StoreError`: `store.key`,
 * `store.busy` where somebody seals or repairs it already, and `store.corrupt` for the first event that is damaged.
 */
export async function sealPostgres(
  connection: string | PostgresOptions,
  keys: KeySource,
  { signal, onProgress }: Omit<UpkeepOptions, 'keys'> = {},
): Promise<SealReport> {
  try {
    return await aloneForUpkeep(connection, keys, async (session) => {
      const { connection: wire } = session;
      await refuseClear(wire);
      await dropReplaced(wire, signal);
      const all = await countClear(wire);
      let sealed = 0;
      const progress = (count: number): void => {
        sealed += count;
        onProgress?.(sealed, Math.max(all, sealed));
      };
      for (const stream of await numberedStreams(wire)) {
        if (await hasClear(wire, stream)) await sealStream(session, stream, progress, signal);
      }
      for (const sealSome of [sealBlobs, sealSnapshots, sealMail]) {
        while (await sealSome(session)) await breathe(signal);
      }
      await dropReplaced(wire, signal);
      await requireSealed(wire);
      // Rows that were let go are readable until others take their room.
      await wire.query('VACUUM event, blob, snapshot, mail');
      return { sealed, streams: await endsOf(wire) };
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

async function sealStream(
  session: UpkeepSession,
  stream: NumberedStream,
  progress: (count: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { connection } = session;
  const copy = await StreamCopy.begin(connection, stream);
  let before = await hashAt(connection, stream, copy.end.seq);
  while (true) {
    const rows = await readPiece(connection, stream, copy.end.seq);
    if (rows.length === 0 && (await copy.takePlace(copy.end.seq))) return;
    if (rows.length === 0) continue;
    for (const row of rows) {
      if (rowHash(before, { ...row, stream: stream.name }) !== row.hash)
        throw damaged(session, stream, row.seq);
      before = row.hash;
    }
    progress(await sealPiece(session, stream, copy, rows));
    await breathe(signal);
  }
}

type IdRow = Row & { readonly id: string };

async function readPiece(
  connection: Connection,
  { id }: NumberedStream,
  after: number,
): Promise<readonly IdRow[]> {
  const { rows } = await connection.query({
    name: 'copy-events',
    text: `SELECT id, ${EVENT_COLUMNS} FROM event WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT ${PIECE}`,
    values: [id, after],
  });
  return rows.map((row) => ({ ...toRow(row), id: fromText(String(row['id'])) }));
}

/** Gives how many were in the clear. */
async function sealPiece(
  session: UpkeepSession,
  stream: NumberedStream,
  copy: StreamCopy,
  rows: readonly IdRow[],
): Promise<number> {
  const { connection, atRest } = session;
  const { name } = stream;
  const clear = rows.filter(({ packed }) => packed === null || !isSealed(packed));
  const owners = clear.map(({ run }) => ownerOf(name, run));
  const keys = new KeySet(atRest.ring, await keysToWrite(connection, atRest, owners));
  const packing = new Packing(keys, atRest.compression);
  const opened = new Map(
    clear.map((row) => {
      const event = openEvent(packing, { stream: name, run: row.run }, row);
      // Under the key of a run that it does not name, nobody could open it.
      if (event === undefined || !isNotedOf(event.body, row))
        throw damaged(session, stream, row.seq);
      return [row.seq, event];
    }),
  );
  const places = [...opened.values()].flatMap((event) => event.places);
  const strings = await readStrings(connection, packing, places);
  const blobs = new Map<string, NewBlob>();
  const added: NewEvent[] = [];
  for (const row of rows) {
    const event = opened.get(row.seq);
    const place = { stream: name, seq: row.seq, run: row.run };
    const lifted = event?.places.map(([path, called]) => {
      const text = strings.get(called);
      if (text === undefined) throw damaged(session, stream, row.seq);
      return { path, text };
    });
    const next =
      event === undefined || lifted === undefined
        ? { ...row, stream: name }
        : rowOf(packing, place, event.body, lifted, (text, key) => {
            const bytes = Buffer.from(text);
            const called = liftedName(bytes, key);
            blobs.set(called, { ...blobRow(packing, called, bytes, key), isNamed: true });
            return called;
          });
    const hash = rowHash(added.at(-1)?.hash ?? copy.end.hash, next);
    added.push({ ...next, id: row.id, run: row.run, hash });
  }
  await copy.add(added, blobs);
  return clear.length;
}

/** Whether the columns by which an event is found say what it says. */
function isNotedOf(body: string, { id, run }: IdRow): boolean {
  const said = readEventText(body);
  return said?.id === id && (said.run ?? undefined) === run;
}

/** An event that stands for a lost one has nothing to seal. */
function isSealed(packed: Uint8Array): boolean {
  return packed.byteLength === 1 || ((packed[1] ?? 0) & 2) !== 0;
}

async function hashAt(
  connection: Connection,
  { id }: NumberedStream,
  seq: number,
): Promise<string> {
  const { rows } = await connection.query({
    text: "SELECT encode(hash, 'hex') AS hash FROM event WHERE stream = $1 AND seq = $2",
    values: [id, seq],
  });
  return String(rows[0]?.['hash'] ?? '');
}

async function hasClear(connection: Connection, { id }: NumberedStream): Promise<boolean> {
  const { rows } = await connection.query({
    text: `SELECT EXISTS (SELECT FROM event WHERE stream = $1 AND ${IS_CLEAR}) AS some`,
    values: [id],
  });
  return rows[0]?.['some'] === true;
}

async function countClear(connection: Connection): Promise<number> {
  const { rows } = await connection.query(`SELECT count(*) AS n FROM event WHERE ${IS_CLEAR}`);
  return Number(rows[0]?.['n'] ?? 0);
}

async function endsOf(connection: Connection): Promise<SealReport['streams']> {
  const names = (await numberedStreams(connection)).map(({ name }) => name);
  const ends = await readEnds(connection, names);
  return names.flatMap((name) => {
    const { seq = 0, hash = '' } = ends.get(name) ?? {};
    return seq === 0 ? [] : [{ name, events: seq, hash }];
  });
}

function damaged({ atRest }: UpkeepSession, { name }: NumberedStream, seq: number): StoreError {
  return new StoreError(
    'store.corrupt',
    `${atRest.name} is damaged: the event with seq ${seq} of ${name} cannot be read as it was written. Run "overseer repair" first, or restore the database from a backup.`,
  );
}
