import { hash as digest } from 'node:crypto';
import { StoreError } from '@overseer/core/plugin';
import type { DataKey } from '../at-rest/data-key.ts';
import type { KeyOwner } from '../at-rest/data-keys.ts';
import { type BlobRow, blobRow, openBlob, ownName } from '../sqlite/file/blob-table.ts';
import { Packing } from '../sqlite/file/packing.ts';
import { openSnapshot, packSnapshot, snapshotPlace } from '../sqlite/file/snapshot-table.ts';
import { inTransaction, type UpkeepSession } from './for-upkeep.ts';
import { insertBlobs } from './insert-rows.ts';
import { keysToWrite } from './key-rows.ts';
import { KeySet } from './key-set.ts';
import { isBody, mailPlace } from './mail.ts';
import { fromText } from './names.ts';
import { IS_CLEAR } from './refuse-clear.ts';
import { toSnapshotRow } from './snapshots.ts';

/** Large values, and others, that are sealed in one transaction. */
const BLOBS_AT_ONCE = 50;
const ROWS_AT_ONCE = 100;

/**
 * Keeps large values sealed, by the names that `blobs.get` looks for; what only events named was kept with them. Gives whether there
 * may be more, as the others here do.
 */
export async function sealBlobs(session: UpkeepSession): Promise<boolean> {
  const { connection, atRest } = session;
  const { rows } = await connection.query(
    `SELECT encode(hash, 'hex') AS name, bytes, sum FROM blob WHERE data_key IS NULL LIMIT ${BLOBS_AT_ONCE}`,
  );
  if (rows.length === 0) return false;
  const packing = await packingOf(session, [{ kind: 'store' }]);
  const key = packing.keys.forWriting({ kind: 'store' });
  const sealed = new Map<string, BlobRow>();
  for (const row of rows) {
    const name = String(row['name']);
    const bytes = openBlob(packing, name, row);
    if (!(bytes instanceof Uint8Array)) {
      throw new StoreError(
        'store.corrupt',
        `${atRest.name} is damaged: blob ${name} has changed. Run "overseer repair" first, or restore the database from a backup.`,
      );
    }
    keep(sealed, packing, bytes, key);
  }
  await inTransaction(connection, async () => {
    await insertBlobs(connection, sealed);
    await connection.query({
      text: "DELETE FROM blob WHERE data_key IS NULL AND encode(hash, 'hex') = ANY($1::text[])",
      values: [rows.map(({ name }) => name)],
    });
  });
  return true;
}

/** Seals snapshots; one that is damaged, being a cache, is dropped. */
export async function sealSnapshots(session: UpkeepSession): Promise<boolean> {
  const { connection } = session;
  const { rows } = await connection.query(
    `SELECT * FROM snapshot WHERE ${IS_CLEAR} LIMIT ${ROWS_AT_ONCE}`,
  );
  for (const row of rows) {
    const [stream, foldVersion] = [fromText(String(row['stream'])), Number(row['fold_version'])];
    const seq = Number(row['seq']);
    const packing = await packingOf(session, [{ kind: 'stream', stream }]);
    const place = snapshotPlace(stream, foldVersion, seq);
    const body = openSnapshot(packing, place, toSnapshotRow(row));
    const at = [row['stream'], foldVersion, seq];
    if (body === undefined) {
      const text = 'DELETE FROM snapshot WHERE stream = $1 AND fold_version = $2 AND seq = $3';
      await connection.query({ text, values: at });
      continue;
    }
    const { packed, sum } = packSnapshot(packing, { stream, foldVersion, seq, body });
    await connection.query({
      text: `UPDATE snapshot SET codec = 1, body = $4, sum = $5
        WHERE stream = $1 AND fold_version = $2 AND seq = $3`,
      values: [...at, packed, sum],
    });
  }
  return rows.length > 0;
}

/** Seals messages that wait. */
export async function sealMail(session: UpkeepSession): Promise<boolean> {
  const { connection, atRest } = session;
  const { rows } = await connection.query(
    `SELECT id, stream, name, codec, body FROM mail WHERE ${IS_CLEAR} LIMIT ${ROWS_AT_ONCE}`,
  );
  for (const row of rows) {
    const [stream, name] = [fromText(String(row['stream'])), fromText(String(row['name']))];
    const packing = await packingOf(session, [{ kind: 'stream', stream }]);
    const place = mailPlace(stream, name);
    const bytes = Buffer.from(row['body'] as Uint8Array);
    const content = row['codec'] === 0 ? bytes : packing.unpack(bytes, place);
    if (typeof content === 'string' || !isBody(content)) {
      throw new StoreError(
        'store.corrupt',
        `${atRest.name} is damaged: message ${name} to ${stream} cannot be read. Run "overseer repair" first.`,
      );
    }
    const packed = packing.packLarge(content, packing.keyFor(stream, undefined), place);
    const text = 'UPDATE mail SET codec = 1, body = $2 WHERE id = $1';
    await connection.query({ text, values: [row['id'], packed] });
  }
  return rows.length > 0;
}

async function packingOf(
  { connection, atRest }: UpkeepSession,
  owners: readonly KeyOwner[],
): Promise<Packing<KeySet>> {
  const keys = new KeySet(atRest.ring, await keysToWrite(connection, atRest, owners));
  return new Packing(keys, atRest.compression);
}

function keep(
  sealed: Map<string, BlobRow>,
  packing: Packing,
  bytes: Uint8Array,
  key: DataKey | undefined,
): void {
  const name = ownName(digest('sha256', bytes, 'hex'), key);
  sealed.set(name, blobRow(packing, name, bytes, key));
}
