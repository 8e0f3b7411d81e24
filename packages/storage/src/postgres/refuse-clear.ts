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

/** In SQL: whether the session is one that repairs, which keeps what is in the clear as it is. */
const MENDS = "coalesce(current_setting('overseer.mends', true), '') = 'on'";

/** From now on nobody can write anything in the clear: not even a node that was opened without the keys before. */
export async function refuseClear(connection: Connection): Promise<void> {
  for (const [table, rule] of Object.entries(RULES)) {
    const state = await stateOf(connection, table);
    if (state === 'strict' || state === 'done') continue;
    await setRule(connection, table, rule, state === 'mends');
  }
}

/**
 * Lets this session, and no other, write what was in the clear as it was, where sealing was begun and is not done. Gives what forbids it
 * again; where that is never called, the next sealing does it.
 */
export async function letMend(connection: Connection): Promise<() => Promise<void>> {
  const open: string[] = [];
  for (const [table, rule] of Object.entries(RULES)) {
    const state = await stateOf(connection, table);
    if (state === 'none' || state === 'done') continue;
    if (state === 'strict') await setRule(connection, table, `(${rule}) OR ${MENDS}`, true);
    open.push(table);
  }
  if (open.length === 0) return async () => undefined;
  await connection.query("SET overseer.mends = 'on'");
  return async () => {
    await connection.query('RESET overseer.mends');
    await refuseClear(connection);
  };
}

/** Has the server look at every row. Rejects where one is in the clear still. */
export async function requireSealed(connection: Connection): Promise<void> {
  for (const table of Object.keys(RULES)) {
    await connection.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${ruleOf(table)}`);
  }
}

/** `mends` takes something in the clear from whoever repairs alone; of `done` all rows keep the rule. */
async function stateOf(
  connection: Connection,
  table: string,
): Promise<'none' | 'mends' | 'strict' | 'done'> {
  const { rows } = await connection.query({
    text: `SELECT pg_get_constraintdef(oid) AS rule, convalidated AS done
      FROM pg_constraint WHERE conrelid = $1::text::regclass AND conname = $2`,
    values: [table, ruleOf(table)],
  });
  const [found] = rows;
  if (found === undefined) return 'none';
  if (String(found['rule']).includes('current_setting')) return 'mends';
  return found['done'] === true ? 'done' : 'strict';
}

/** In one statement, so that at no moment there is none. */
async function setRule(
  connection: Connection,
  table: string,
  rule: string,
  isThere: boolean,
): Promise<void> {
  const drop = isThere ? `DROP CONSTRAINT ${ruleOf(table)}, ` : '';
  await connection.query(
    `ALTER TABLE ${table} ${drop}ADD CONSTRAINT ${ruleOf(table)} CHECK (${rule}) NOT VALID`,
  );
}

function ruleOf(table: string): string {
  return `${table}_is_sealed`;
}
