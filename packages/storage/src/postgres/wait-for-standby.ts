import type { Connection } from './connection.ts';

/**
 * Makes the transaction, or a transaction of its own, wait for the standby where there is one, even if nothing else is written
 * in it: a commit that was cut off waited in vain, and what it wrote comes before this.
 */
export async function waitForStandby(connection: Connection): Promise<void> {
  await connection.query("SELECT pg_logical_emit_message(true, 'overseer', '')");
}
