import type { Connection } from './connection.ts';

/** In SQL: whether the bytes of an envelope are sealed; of one byte are those that stand for a lost event. */
const SEALED_BODY =
  'codec = 1 AND CASE WHEN octet_length(body) > 1 THEN get_byte(body, 1) & 2 = 2 ELSE true END';

/** In SQL: whether an event is in the clear. */
export const IS_CLEAR: string = `NOT (${SEALED_BODY})`;

/** What holds of every row of a table once a journal was sealed as a whole. */
const RULES: Readonly<Record<string, string>> = {
  event: SEALED_BODY,
  blob: 'data_key IS NOT NULL',
  snapshot: SEALED_BODY,
  mail: SEALED_BODY,
};

/** From now on nobody can write anything in the clear: not even a node that was opened without the keys before. */
export async function refuseClear(connection: Connection): Promise<void> {
  for (const [table, rule] of Object.entries(RULES)) {
    const { rows } = await connection.query({
      text: 'SELECT FROM pg_constraint WHERE conrelid = $1::text::regclass AND conname = $2',
      values: [table, ruleOf(table)],
    });
    if (rows.length > 0) continue;
    await connection.query(
      `ALTER TABLE ${table} ADD CONSTRAINT ${ruleOf(table)} CHECK (${rule}) NOT VALID`,
    );
  }
}

/** Has the server look at every row. Rejects where one is in the clear still. */
export async function requireSealed(connection: Connection): Promise<void> {
  for (const table of Object.keys(RULES)) {
    await connection.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${ruleOf(table)}`);
  }
}

function ruleOf(table: string): string {
  return `${table}_is_sealed`;
}
