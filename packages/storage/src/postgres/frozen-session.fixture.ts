import { connect } from './connect.ts';
import { lockLeases } from './held-leases.ts';
import { loadPg } from './pg-client.ts';
import { settle } from './postgres-options.ts';

/** A session that stands still in the middle of an append: it has looked at the lease `system`, and says nothing more. */
export async function makeFrozenReader(
  url: string,
  schema: string,
  leaseMs: number,
): Promise<AsyncDisposable> {
  const settings = settle({ connection: url, schema, leaseMs });
  const connection = await connect(await loadPg(), settings, { label: 'frozen', writes: true });
  await connection.query('BEGIN');
  await lockLeases(connection, ['system'], []);
  return { [Symbol.asyncDispose]: () => connection.end() };
}
