import type { AsideMail } from '@overseer/core/spec';
import { Packing } from '../sqlite/file/packing.ts';
import type { Connection } from './connection.ts';
import { type AtRest, keysToWrite, packingToLook } from './key-rows.ts';
import { KeySet } from './key-set.ts';
import { bodyOf, GONE, IS_ASIDE, mailPlace, WAITS } from './mail-rows.ts';
import { fromText, toText } from './names.ts';
import type { PgRow } from './pg-client.ts';

/** For how long messages are kept that were set aside, in days, and how many of all streams at most. */
const KEPT_DAYS = 30;
const MOST = 1_000;

/** Which messages that were set aside are read. */
export interface AsideQuery {
  /** Left out for those of all. */
  readonly stream?: string;
  /** The number of the last that was read; `0` from the first on. */
  readonly after: string;
  readonly limit: number;
}

/** A message that was set aside, with its stream and its number. */
export interface NumberedAside extends AsideMail {
  readonly stream: string;
  readonly number: string;
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
    text: `UPDATE mail SET aside = $3, aside_at = now(), codec = CASE WHEN $4::bytea IS NULL THEN codec ELSE 1 END, body = coalesce($4, body)
      WHERE stream = $1 AND name = $2 AND ${WAITS}`,
    values: [...at, toText(because.slice(0, 1_000)), sealed ?? null],
  });
  await boundAside(connection);
}

/** Takes out those that were set aside long ago, and the oldest where there are too many. */
export async function boundAside(connection: Connection): Promise<void> {
  await connection.query(`UPDATE mail SET ${GONE} WHERE ${IS_ASIDE} AND (aside_at < now() - interval '${KEPT_DAYS} days'
    OR id IN (SELECT id FROM mail WHERE ${IS_ASIDE} ORDER BY aside_at DESC, id DESC OFFSET ${MOST}))`);
}

/** Messages that were set aside, behind that of the number `after`, of one stream or of all; with their numbers. */
export async function readAside(
  connection: Connection,
  atRest: AtRest,
  { stream, after, limit }: AsideQuery,
): Promise<readonly NumberedAside[]> {
  const { rows } = await connection.query({
    text: `SELECT id, stream, name, kind, codec, body, aside, (extract(epoch FROM aside_at) * 1000)::bigint AS at
      FROM mail WHERE ${IS_ASIDE} AND id > $1 AND ($2::text IS NULL OR stream = $2) ORDER BY id LIMIT $3`,
    values: [after, stream === undefined ? null : toText(stream), limit],
  });
  const packed = rows.map(({ codec, body }) => (codec === 0 ? null : (body as Uint8Array)));
  const packing = await packingToLook(connection, atRest, packed);
  return rows.map((row) => {
    const text = (column: string): string => fromText(String(row[column]));
    const [of, id] = [text('stream'), text('name')];
    const bytes = Buffer.from(row['body'] as Uint8Array);
    const content = row['codec'] === 0 ? bytes : packing.unpack(bytes, mailPlace(of, id));
    const body = typeof content === 'string' ? undefined : bodyOf(content);
    const problem = `${atRest.name}: message ${id} to ${of} cannot be read as it was written.`;
    return {
      number: String(row['id']),
      stream: of,
      ...{
        id,
        kind: text('kind'),
        body: body ?? null,
        because: text('aside'),
        at: Number(row['at']),
      },
      ...(body === undefined ? { problem } : {}),
    };
  });
}

/** The number of a message that was set aside; `0` for one that was not. */
export async function numberOf(
  connection: Connection,
  stream: string,
  id: string | undefined,
): Promise<string> {
  if (id === undefined) return '0';
  const { rows } = await connection.query({
    text: 'SELECT id FROM mail WHERE stream = $1 AND name = $2',
    values: [toText(stream), toText(id)],
  });
  return String(rows[0]?.['id'] ?? '0');
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
