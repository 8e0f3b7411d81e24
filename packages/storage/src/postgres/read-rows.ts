import { StoreError } from '@overseer/core/plugin';
import { openBlob, ownName } from '../sqlite/file/blob-table.ts';
import type { Connection } from './connection.ts';
import { type AtRest, keysOf, packingFor } from './key-rows.ts';
import { KeySet } from './key-set.ts';
import { fromText, IS_STREAM } from './names.ts';
import { readEnds } from './stream-ends.ts';

/** The last `seq` of a stream, 0 when it is empty. */
export async function readHead(connection: Connection, stream: string): Promise<number> {
  return (await readEnds(connection, [stream])).get(stream)?.seq ?? 0;
}

/** Every stream that has events. */
export async function readStreams(connection: Connection): Promise<readonly string[]> {
  const { rows } = await connection.query(
    `SELECT name FROM stream WHERE ${IS_STREAM} AND EXISTS (SELECT 1 FROM event WHERE event.stream = stream.id)`,
  );
  return rows.map(({ name }) => fromText(String(name)));
}

/** The bytes of a blob, if there is one. Throws `StoreError` `store.corrupt` where they are not those that were written. */
export async function readBlob(
  connection: Connection,
  atRest: AtRest,
  given: string,
): Promise<Uint8Array | undefined> {
  if (!/^[0-9a-f]{64}$/i.test(given)) return undefined;
  const hash = given.toLowerCase();
  const sealed = await sealedName(connection, atRest, hash);
  const { rows } = await connection.query({
    name: 'read-blob',
    text: `SELECT encode(hash, 'hex') AS name, bytes, sum FROM blob
      WHERE hash IN (decode($1, 'hex'), decode($2, 'hex'))`,
    values: [hash, sealed],
  });
  const row = rows.find(({ name }) => name === sealed) ?? rows[0];
  const bytes = row?.['bytes'];
  if (row === undefined || !(bytes instanceof Uint8Array)) return undefined;
  const packing = await packingFor(connection, atRest, row['sum'] === null ? [] : [bytes]);
  const opened = openBlob(packing, String(row['name']), row);
  if (opened instanceof Uint8Array) return opened;
  if (opened === 'erased') return undefined;
  throw new StoreError(
    'store.corrupt',
    `${atRest.name} is damaged: the bytes of blob ${given} have changed. Restore the database from a backup.`,
  );
}

/** The name of a blob that is sealed; its hash where nothing is. */
async function sealedName(connection: Connection, { ring }: AtRest, hash: string): Promise<string> {
  if (ring === undefined) return hash;
  const keys = new KeySet(ring, await keysOf(connection, [{ kind: 'store' }]));
  const id = keys.idOf({ kind: 'store' });
  return ownName(hash, id === undefined ? undefined : keys.byId(id));
}
