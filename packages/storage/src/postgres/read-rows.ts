import { hash as digest } from 'node:crypto';
import { StoreError } from '@overseer/core/plugin';
import type { Snapshot } from '@overseer/core/spec';
import type { Connection } from './connection.ts';
import { fromText, toText } from './names.ts';
import { readEnds } from './stream-ends.ts';

/** The last `seq` of a stream, 0 when it is empty. */
export async function readHead(connection: Connection, stream: string): Promise<number> {
  return (await readEnds(connection, [stream])).get(stream)?.seq ?? 0;
}

/** Every stream that has events. */
export async function readStreams(connection: Connection): Promise<readonly string[]> {
  const { rows } = await connection.query(
    'SELECT name FROM stream WHERE EXISTS (SELECT 1 FROM event WHERE event.stream = stream.id)',
  );
  return rows.map(({ name }) => fromText(String(name)));
}

/** The bytes of a blob, if there is one. Throws `StoreError` `store.corrupt` where they are not those that were written. */
export async function readBlob(
  connection: Connection,
  hash: string,
  name: string,
): Promise<Uint8Array | undefined> {
  if (!/^[0-9a-f]{64}$/i.test(hash)) return undefined;
  const { rows } = await connection.query({
    name: 'read-blob',
    text: "SELECT bytes FROM blob WHERE hash = decode($1, 'hex')",
    values: [hash],
  });
  const bytes = rows[0]?.['bytes'];
  if (!(bytes instanceof Uint8Array)) return undefined;
  if (digest('sha256', bytes, 'hex') === hash.toLowerCase()) return bytes;
  throw new StoreError(
    'store.corrupt',
    `${name} is damaged: the bytes of blob ${hash} have changed. Restore the database from a backup.`,
  );
}

/** The newest snapshot of a version, if there is one that can be read. */
export async function readSnapshot(
  connection: Connection,
  stream: string,
  foldVersion: number,
): Promise<Snapshot | undefined> {
  const { rows } = await connection.query({
    name: 'read-snapshot',
    text: 'SELECT seq, body FROM snapshot WHERE stream = $1 AND fold_version = $2',
    values: [toText(stream), foldVersion],
  });
  const [row] = rows;
  const body = row && parse(Buffer.from(row['body'] as Uint8Array).toString('utf8'));
  return row && body !== undefined
    ? { stream, foldVersion, seq: Number(row['seq']), body }
    : undefined;
}

/** A snapshot only saves time, so that a damaged one is as good as none. */
function parse(text: string): Snapshot['body'] | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
