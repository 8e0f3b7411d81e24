import { StoreError } from '@overseer/core/plugin';
import type { Mail } from '@overseer/core/spec';
import { Packing } from '../sqlite/file/packing.ts';
import type { Connection } from './connection.ts';
import { type AtRest, keysToWrite, packingFor } from './key-rows.ts';
import { KeySet } from './key-set.ts';
import { fromText, toText } from './names.ts';
import { waitForStandby } from './wait-for-standby.ts';

/** The tables of messages to whoever works on a stream. `body` is JSON, as bytes that hold any text. */
export const MAIL = `
  CREATE TABLE mail (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    codec smallint NOT NULL,
    body bytea NOT NULL,
    UNIQUE (stream, name)
  );
`;

/** Keeps a message, unless one of its id is there. `tries` is how often that was in doubt before. */
export async function putMail(
  connection: Connection,
  atRest: AtRest,
  stream: string,
  { id, kind, body }: Mail,
  tries: number,
): Promise<void> {
  const rows = await keysToWrite(connection, atRest, [{ kind: 'stream', stream }]);
  const packing = new Packing(new KeySet(atRest.ring, rows), atRest.compression);
  const plain = Buffer.from(JSON.stringify(body));
  const key = packing.keyFor(stream, undefined);
  const packed = packing.packLarge(plain, key, mailPlace(stream, id));
  await connection.query({
    name: 'put-mail',
    text: `INSERT INTO mail (stream, name, kind, codec, body) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (stream, name) DO NOTHING`,
    values: [
      toText(stream),
      toText(id),
      toText(kind),
      packed === undefined ? 0 : 1,
      packed ?? plain,
    ],
  });
  if (tries > 0) await waitForStandby(connection);
}

/** The oldest messages of a stream. */
export async function readMail(
  connection: Connection,
  atRest: AtRest,
  stream: string,
  limit: number,
): Promise<readonly Mail[]> {
  const { rows } = await connection.query({
    name: 'read-mail',
    text: 'SELECT name, kind, codec, body FROM mail WHERE stream = $1 ORDER BY id LIMIT $2',
    values: [toText(stream), limit],
  });
  const found = rows.map((row) => ({
    id: fromText(String(row['name'])),
    kind: fromText(String(row['kind'])),
    isPacked: row['codec'] !== 0,
    bytes: row['body'] as Uint8Array,
  }));
  const packed = found.flatMap(({ isPacked, bytes }) => (isPacked ? [bytes] : []));
  const packing = await packingFor(connection, atRest, packed);
  return found.map(({ id, kind, isPacked, bytes }) => {
    const content = isPacked ? packing.unpack(bytes, mailPlace(stream, id)) : Buffer.from(bytes);
    if (typeof content === 'string') {
      throw new StoreError(
        'store.corrupt',
        `${atRest.name} is damaged: message ${id} to ${stream} cannot be read as it was written. Restore the database from a backup.`,
      );
    }
    return { id, kind, body: JSON.parse(content.toString('utf8')) };
  });
}

/** Takes messages out. */
export async function removeMail(
  connection: Connection,
  stream: string,
  ids: readonly string[],
): Promise<void> {
  await connection.query({
    name: 'remove-mail',
    text: 'DELETE FROM mail WHERE stream = $1 AND name = ANY($2::text[])',
    values: [toText(stream), ids.map(toText)],
  });
}

/** Where a message belongs. */
export function mailPlace(stream: string, id: string): string {
  return JSON.stringify(['mail', stream, id]);
}
