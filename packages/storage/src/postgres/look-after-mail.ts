import type { AsideMail } from '@overseer/core/spec';
import type { KeySource } from '../at-rest/key-ring.ts';
import { type NumberedAside, readAside } from './aside-mail.ts';
import type { Connection } from './connection.ts';
import { toStoreError } from './explain-failure.ts';
import { openUpkeep } from './for-upkeep.ts';
import { GONE, IS_ASIDE } from './mail-rows.ts';
import { toText } from './names.ts';
import type { PostgresOptions } from './postgres-options.ts';

/** Messages that are read at once. */
const PIECE = 20;

/** A message that was set aside, and to whom it was. */
export interface AsideMailTo extends AsideMail {
  readonly stream: string;
}

/** Which messages: those of that id, to whatever stream or to one, or all. */
export type WhichMail = { readonly id: string; readonly stream?: string } | 'all';

/**
 * The messages of a journal in PostgreSQL that were set aside, since nobody could act on them, the oldest first. A thousand are kept at most, for
 * thirty days. Throws `StoreError` as opening the store does.
 */
export async function* readAsideMail(
  connection: string | PostgresOptions,
  keys?: KeySource,
): AsyncGenerator<AsideMailTo> {
  await using session = await openUpkeep(connection, keys, 'reads');
  for (let after = '0'; ; ) {
    const page = await readPage(session, after);
    for (const { number, ...mail } of page) {
      after = number;
      yield mail;
    }
    if (page.length < PIECE) return;
  }
}

async function readPage(
  { connection, atRest }: Awaited<ReturnType<typeof openUpkeep>>,
  after: string,
): Promise<readonly NumberedAside[]> {
  try {
    return await readAside(connection, atRest, { after, limit: PIECE });
  } catch (error) {
    throw toStoreError(error, atRest.name);
  }
}

/** Has messages that were set aside wait again for whoever works on their streams. Gives how many. Throws `StoreError`. */
export function retryAsideMail(
  connection: string | PostgresOptions,
  which: WhichMail,
  keys?: KeySource,
): Promise<number> {
  return change(connection, 'aside = NULL', which, keys);
}

/** Takes messages out that were set aside: their content goes for good. Gives how many. Throws `StoreError`. */
export function removeAsideMail(
  connection: string | PostgresOptions,
  which: WhichMail,
  keys?: KeySource,
): Promise<number> {
  return change(connection, GONE, which, keys);
}

async function change(
  given: string | PostgresOptions,
  how: string,
  which: WhichMail,
  keys: KeySource | undefined,
): Promise<number> {
  await using session = await openUpkeep(given, keys);
  try {
    return await update(session.connection, how, which);
  } catch (error) {
    throw toStoreError(error, session.atRest.name);
  }
}

async function update(connection: Connection, how: string, which: WhichMail): Promise<number> {
  const { id, stream } = which === 'all' ? {} : which;
  const { rowCount } = await connection.query({
    text: `UPDATE mail SET ${how} WHERE ${IS_ASIDE} AND ($1::text IS NULL OR name = $1)
      AND ($2::text IS NULL OR stream = $2)`,
    values: [id, stream].map((name) => (name === undefined ? null : toText(name))),
  });
  return rowCount ?? 0;
}
