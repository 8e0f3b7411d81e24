import type { Mail } from '@overseer/core/spec';
import type { Connection } from './connection.ts';
import { fromText, toText } from './names.ts';

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

/** Keeps a message, unless one of its id is there. */
export async function putMail(
  connection: Connection,
  stream: string,
  { id, kind, body }: Mail,
): Promise<void> {
  await connection.query({
    name: 'put-mail',
    text: `INSERT INTO mail (stream, name, kind, codec, body) VALUES ($1, $2, $3, 0, $4)
      ON CONFLICT (stream, name) DO NOTHING`,
    values: [toText(stream), toText(id), toText(kind), Buffer.from(JSON.stringify(body))],
  });
}

/** The oldest messages of a stream. */
export async function readMail(
  connection: Connection,
  stream: string,
  limit: number,
): Promise<readonly Mail[]> {
  const { rows } = await connection.query({
    name: 'read-mail',
    text: 'SELECT name, kind, body FROM mail WHERE stream = $1 ORDER BY id LIMIT $2',
    values: [toText(stream), limit],
  });
  return rows.map(({ name, kind, body }) => ({
    id: fromText(String(name)),
    kind: fromText(String(kind)),
    body: JSON.parse(Buffer.from(body as Uint8Array).toString('utf8')),
  }));
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
