import type { Connection } from '../postgres/connection.ts';
import type { PgResult } from '../postgres/pg-client.ts';

/** What pg-boss asks of a database. */
export interface BossDatabase {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: never[] }>;
}

/** A session as pg-boss takes one; of several statements in one text it gets all answers, as from the driver itself. */
export function databaseOn(connection: Connection): BossDatabase {
  return databaseOf((work) => work(connection));
}

/** The same with a session for each text. */
export function databaseOf(
  use: (
    work: (connection: Connection) => Promise<PgResult | readonly PgResult[]>,
  ) => Promise<PgResult | readonly PgResult[]>,
): BossDatabase {
  return {
    executeSql: async (text, values) => {
      const answer = await use((connection) => ask(connection, text, values));
      // It knows both shapes, and its types one of them.
      return answer as unknown as { rows: never[] };
    },
  };
}

async function ask(
  connection: Connection,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<PgResult | readonly PgResult[]> {
  try {
    return await connection.queryAll(values === undefined ? text : { text, values });
  } catch (error) {
    // It begins and ends transactions of its own within one text.
    if (values === undefined) await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
