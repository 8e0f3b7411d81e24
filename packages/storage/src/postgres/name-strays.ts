import { keyIdOf } from '../at-rest/envelope.ts';
import { readEventText } from '../sqlite/event-text.ts';
import type { Connection } from './connection.ts';
import { fromText, toText } from './names.ts';
import type { PgRow } from './pg-client.ts';

/** Gives a name to streams that lost theirs: the one that their first events say, or `lost/<number>`. */
export async function nameStrays(connection: Connection): Promise<void> {
  const { rows } = await connection.query(
    'SELECT DISTINCT stream FROM event WHERE stream NOT IN (SELECT id FROM stream)',
  );
  for (const { stream: id } of rows) {
    const said = await nameOf(connection, String(id));
    for (const name of [said, toText(`lost/${id}`)]) {
      if (name === undefined) continue;
      const { rowCount } = await connection.query({
        text: 'INSERT INTO stream (id, name) OVERRIDING SYSTEM VALUE VALUES ($1, $2) ON CONFLICT DO NOTHING',
        values: [id, name],
      });
      if (rowCount === 1) break;
    }
  }
}

/** What an event of a stream in the clear says, or the owner of the key that it is sealed with. */
async function nameOf(connection: Connection, id: string): Promise<string | undefined> {
  const { rows } = await connection.query({
    text: 'SELECT codec, body FROM event WHERE stream = $1 ORDER BY seq LIMIT 20',
    values: [id],
  });
  for (const row of rows) {
    const name = row['codec'] === 0 ? saidIn(row) : await ownerIn(connection, row);
    if (name !== undefined) return toText(name);
  }
  return undefined;
}

function saidIn({ body }: PgRow): string | undefined {
  const stream = readEventText(Buffer.from(body as Uint8Array).toString('utf8'))?.stream;
  return typeof stream === 'string' ? stream : undefined;
}

async function ownerIn(connection: Connection, { body }: PgRow): Promise<string | undefined> {
  const keyId = keyIdOf(body as Uint8Array);
  if (keyId === undefined) return undefined;
  const text = 'SELECT owner FROM data_key WHERE id = $1';
  const { rows } = await connection.query({ text, values: [keyId] });
  const owner = fromText(String(rows[0]?.['owner'] ?? ''));
  if (owner.startsWith('stream ')) return owner.slice('stream '.length);
  const place = owner.startsWith('run ') ? parse(owner.slice('run '.length)) : undefined;
  return Array.isArray(place) && typeof place[0] === 'string' ? place[0] : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
