import { existsSync } from 'node:fs';
import { StoreError } from '@overseer/core/plugin';
import { openWrapped } from '../at-rest/data-keys.ts';
import { snapshotPlace, snapshotSum } from '../sqlite/file/snapshot-table.ts';
import { checkBlob } from '../sqlite/upkeep/check-blobs.ts';
import { breathe, type UpkeepOptions } from '../sqlite/upkeep/open-for-upkeep.ts';
import { Quarantine } from '../sqlite/upkeep/quarantine.ts';
import type { RepairReport } from '../sqlite/upkeep/repair-file.ts';
import type { Mended } from '../sqlite/upkeep/repaired-stream.ts';
import type { Connection } from './connection.ts';
import { forgetDamage } from './damage.ts';
import { aloneForUpkeep, type UpkeepSession } from './for-upkeep.ts';
import { packingToLook, toWrapped } from './key-rows.ts';
import { bodyOf, mailPlace } from './mail-rows.ts';
import { mendStream } from './mend-stream.ts';
import { nameStrays } from './name-strays.ts';
import { fromText } from './names.ts';
import type { PgRow } from './pg-client.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { raiseEpochs } from './raise-epochs.ts';
import { letMend } from './refuse-clear.ts';
import { toSnapshotRow } from './snapshots.ts';
import { dropReplaced, numberedStreams } from './stream-copy.ts';
import { readEnds } from './stream-ends.ts';

/** Large values that are looked at in one turn, and messages. */
const PIECE = 50;

/**
 * Makes a damaged journal in PostgreSQL sound, in its place. Every event that is whole is kept as it is. One that is damaged gives
 * way to an `event.erased` that says it was lost; behind the last whole event of a stream nothing is put. What is damaged is put
 * aside first, as it was found, into the new file `aside`. What is derived is made anew: where runs have events, snapshots. Only streams that
 * nobody works on are mended; on all others work may go on. Throws `StoreError`: `store.unreachable` where the file is there
 * already, `store.busy` where a damaged stream is worked on, or somebody else repairs, and as `verifyPostgres` does.
 */
export async function repairPostgres(
  connection: string | PostgresOptions,
  aside: string,
  options: UpkeepOptions = {},
): Promise<RepairReport> {
  if (existsSync(aside)) {
    throw new StoreError('store.unreachable', `${aside} is there already: choose another name.`);
  }
  using quarantine = new Quarantine(aside);
  try {
    const work = (session: UpkeepSession): Promise<RepairReport> =>
      repair(session, quarantine, options);
    return await aloneForUpkeep(connection, options.keys, work, 'repairs');
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  }
}

async function repair(
  session: UpkeepSession,
  quarantine: Quarantine,
  options: UpkeepOptions,
): Promise<RepairReport> {
  const { connection } = session;
  await dropReplaced(connection, options.signal);
  const forbid = await letMend(connection);
  try {
    return await mend(session, quarantine, options);
  } finally {
    // A session that is broken mends nothing any more.
    await forbid().catch(() => undefined);
  }
}

async function mend(
  session: UpkeepSession,
  quarantine: Quarantine,
  { signal, onProgress }: UpkeepOptions,
): Promise<RepairReport> {
  const { connection, atRest } = session;
  await nameStrays(connection);
  await noteKeys(session, quarantine);
  await mendBlobs(session, quarantine, signal);
  const streams: Mended[] = [];
  let done = 0;
  for (const stream of await numberedStreams(connection)) {
    const mended = await mendStream(session, stream, quarantine, signal);
    done += mended.events;
    onProgress?.(done, done);
    if (mended.events + mended.cut > 0) streams.push(mended);
  }
  await mendSnapshots(session, quarantine);
  await mendMail(session, quarantine);
  const { rows } = await connection.query('SELECT coalesce(max(epoch), 0) AS most FROM lease');
  await raiseEpochs(connection, String(rows[0]?.['most']));
  await dropReplaced(connection, signal);
  await forgetDamage(connection);
  const { name } = atRest;
  return { path: name, repaired: name, streams, quarantined: quarantine.count };
}

/** A key that does not open opens nothing any more; its row stays, for whoever has it elsewhere. */
async function noteKeys(
  { connection, atRest }: UpkeepSession,
  quarantine: Quarantine,
): Promise<void> {
  if (atRest.ring === undefined) return;
  const { rows } = await connection.query('SELECT * FROM data_key WHERE wrapped IS NOT NULL');
  for (const row of rows) {
    if (openWrapped(toWrapped(row), atRest.ring) !== undefined) continue;
    quarantine.put('data_key', row, 'it does not open');
  }
}

async function mendBlobs(
  { connection, atRest }: UpkeepSession,
  quarantine: Quarantine,
  signal: AbortSignal | undefined,
): Promise<void> {
  const hasKeys = atRest.ring !== undefined;
  let last = '';
  while (true) {
    const { rows } = await connection.query({
      text: `SELECT hash, bytes, data_key, sum FROM blob WHERE hash > decode($1, 'hex') ORDER BY hash LIMIT ${PIECE}`,
      values: [last],
    });
    const sealed = rows.map(({ bytes, data_key: key }) =>
      key !== null && bytes instanceof Uint8Array ? bytes : null,
    );
    const packing = await packingToLook(connection, atRest, sealed);
    const bad = rows.filter((row) => checkBlob({ packing, hasKeys }, row) === 'damaged');
    for (const row of bad) quarantine.put('blob', row, 'it is changed');
    await remove(connection, 'blob', quarantine, bad, ({ hash }) => ({ hash }));
    if (rows.length < PIECE) return;
    last = Buffer.from(rows.at(-1)?.['hash'] as Uint8Array).toString('hex');
    await breathe(signal);
  }
}

async function mendSnapshots({ connection }: UpkeepSession, quarantine: Quarantine): Promise<void> {
  const { rows } = await connection.query('SELECT * FROM snapshot');
  const names = [...new Set(rows.map(({ stream }) => fromText(String(stream))))];
  const ends = await readEnds(connection, names);
  const bad = rows.filter((row) => {
    const stream = fromText(String(row['stream']));
    const seq = Number(row['seq']);
    const { text, packed, sum } = toSnapshotRow(row);
    const place = snapshotPlace(stream, Number(row['fold_version']), seq);
    // Of those from before there were sums, nobody can say.
    const isWhole = sum === null ? packed === null : snapshotSum(place, text, packed).equals(sum);
    return !isWhole || seq > (ends.get(stream)?.seq ?? 0);
  });
  const because = 'it is changed, or tells of more than there is';
  for (const row of bad) quarantine.put('snapshot', row, because);
  await remove(connection, 'snapshot', quarantine, bad, (row) => ({
    stream: row['stream'],
    fold_version: row['fold_version'],
  }));
}

async function mendMail(
  { connection, atRest }: UpkeepSession,
  quarantine: Quarantine,
): Promise<void> {
  let last = '0';
  while (true) {
    const { rows } = await connection.query({
      text: `SELECT * FROM mail WHERE id > $1 AND gone_at IS NULL ORDER BY id LIMIT ${PIECE}`,
      values: [last],
    });
    const packed = rows.map(({ codec, body }) => (codec === 0 ? null : (body as Uint8Array)));
    const packing = await packingToLook(connection, atRest, packed);
    const bad = rows.filter((row) => {
      const bytes = Buffer.from(row['body'] as Uint8Array);
      const place = mailPlace(fromText(String(row['stream'])), fromText(String(row['name'])));
      const isSealed = row['codec'] !== 0 && packing.isSealed(bytes);
      if (isSealed && atRest.ring === undefined) return false;
      const content = row['codec'] === 0 ? bytes : packing.unpack(bytes, place);
      return typeof content === 'string' || bodyOf(content) === undefined;
    });
    for (const row of bad) quarantine.put('mail', row, 'it cannot be read');
    await remove(connection, 'mail', quarantine, bad, ({ id }) => ({ id }));
    if (rows.length < PIECE) return;
    last = String(rows.at(-1)?.['id']);
  }
}

/** Removes rows that are on disk in quarantine. */
async function remove(
  connection: Connection,
  table: string,
  quarantine: Quarantine,
  rows: readonly PgRow[],
  keyOf: (row: PgRow) => PgRow,
): Promise<void> {
  quarantine.sync();
  for (const row of rows) {
    const key = Object.entries(keyOf(row));
    const where = key.map(([column], at) => `${column} = $${at + 1}`).join(' AND ');
    const values = key.map(([, value]) => value);
    await connection.query({ text: `DELETE FROM ${table} WHERE ${where}`, values });
  }
}
