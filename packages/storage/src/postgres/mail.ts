import type { Json, Mail } from '@overseer/core/spec';
import { Packing } from '../sqlite/file/packing.ts';
import type { Connection } from './connection.ts';
import { type AtRest, keysToWrite, packingFor } from './key-rows.ts';
import { KeySet } from './key-set.ts';
import { fromText, toText } from './names.ts';
import type { PgRow } from './pg-client.ts';
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

/** What is kept of messages beside those that wait. */
export const KEPT_MAIL = `
  -- gone_at: when it was taken out: for a while its id is kept, for whoever is in doubt whether it was put. aside: why nobody can act on it.
  ALTER TABLE mail ADD COLUMN gone_at timestamptz, ADD COLUMN aside text;
  CREATE INDEX mail_gone ON mail (gone_at) WHERE gone_at IS NOT NULL;
`;

/** In SQL: which messages wait. */
export const WAITS = 'gone_at IS NULL AND aside IS NULL';

/** For how long it is known that a message was taken out, in hours: longer than anybody is in doubt. */
const KNOWN_HOURS = 2;

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
    text: `SELECT name, kind, codec, body FROM mail WHERE stream = $1 AND ${WAITS} ORDER BY id LIMIT $2`,
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
  const mail = found.map(({ id, kind, isPacked, bytes }): Mail => {
    const content = isPacked ? packing.unpack(bytes, mailPlace(stream, id)) : Buffer.from(bytes);
    const body = typeof content === 'string' ? undefined : parse(content.toString('utf8'));
    if (body !== undefined) return { id, kind, body };
    const problem = `${atRest.name} is damaged: message ${id} to ${stream} cannot be read as it was written. It was set aside.`;
    return { id, kind, body: null, problem };
  });
  for (const { id, problem } of mail) {
    if (problem !== undefined)
      await setMailAside(connection, atRest, stream, id, 'it cannot be read');
  }
  return mail;
}

/** Keeps a message that nobody can act on, and why; whoever has keys seals it too where it is in the clear. */
export async function setMailAside(
  connection: Connection,
  atRest: AtRest,
  stream: string,
  id: string,
  because: string,
): Promise<void> {
  const at = [toText(stream), toText(id)];
  const { rows } = await connection.query({
    name: 'look-at-mail',
    text: `SELECT codec, body FROM mail WHERE stream = $1 AND name = $2 AND ${WAITS}`,
    values: at,
  });
  const [row] = rows;
  if (row === undefined) return;
  const sealed = await sealedAnew(connection, atRest, stream, id, row);
  await connection.query({
    name: 'set-mail-aside',
    text: `UPDATE mail SET aside = $3, codec = CASE WHEN $4::bytea IS NULL THEN codec ELSE 1 END, body = coalesce($4, body)
      WHERE stream = $1 AND name = $2 AND ${WAITS}`,
    values: [...at, toText(because.slice(0, 1_000)), sealed ?? null],
  });
}

/** A journal that is being sealed takes no row in the clear, not even one that was there. */
async function sealedAnew(
  connection: Connection,
  atRest: AtRest,
  stream: string,
  id: string,
  { codec, body }: PgRow,
): Promise<Buffer | undefined> {
  if (atRest.ring === undefined) return undefined;
  const bytes = Buffer.from(body as Uint8Array);
  const rows = await keysToWrite(connection, atRest, [{ kind: 'stream', stream }]);
  const packing = new Packing(new KeySet(atRest.ring, rows), atRest.compression);
  if (codec !== 0 && packing.isSealed(bytes)) return undefined;
  const place = mailPlace(stream, id);
  const opened = codec === 0 ? bytes : packing.unpack(bytes, place);
  // What cannot be read is kept as it was found.
  const content = typeof opened === 'string' ? bytes : opened;
  return packing.packLarge(content, packing.keyFor(stream, undefined), place);
}

/** Takes messages out: their content goes, their ids stay for a while. */
export async function removeMail(
  connection: Connection,
  stream: string,
  ids: readonly string[],
): Promise<void> {
  await connection.query({
    name: 'remove-mail',
    text: `WITH forgotten AS (DELETE FROM mail WHERE id = ANY(ARRAY(
        SELECT id FROM mail WHERE gone_at < now() - interval '${KNOWN_HOURS} hours' LIMIT 1000)))
      UPDATE mail SET gone_at = now(), codec = 1, body = '' WHERE stream = $1 AND name = ANY($2::text[]) AND gone_at IS NULL`,
    values: [toText(stream), ids.map(toText)],
  });
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the opened content of a message can be read. */
export function isBody(content: Buffer): boolean {
  return parse(content.toString('utf8')) !== undefined;
}

/** Where a message belongs. */
export function mailPlace(stream: string, id: string): string {
  return JSON.stringify(['mail', stream, id]);
}
