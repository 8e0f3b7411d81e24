import { StoreError } from '@overseer/core/plugin';
import { redact } from './addresses.ts';
import { Connection } from './connection.ts';
import { toStoreError } from './explain-failure.ts';
import type { MakePgClient, PgClient } from './pg-client.ts';
import type { PostgresSettings } from './postgres-options.ts';

/** The oldest server that is known to do. */
const LEAST_VERSION = 15;

/** For how long nothing is heard of a server until it is asked whether it is there, in ms. */
const KEEP_ALIVE_MS = 10_000;

/** What a session is for. */
export interface SessionPurpose {
  /** For people who look at `pg_stat_activity`. */
  readonly label: string;
  /**
   * Whether it writes. A wait for the standby must never be cut short by a limit of the server, for it would pass for done: a
   * session that writes is given up from this side only.
   */
  readonly writes: boolean;
}

/** Opens a session on the first of the hosts that takes writes, or on any where nothing is written. Throws `StoreError`. */
export async function connect(
  makeClient: MakePgClient,
  settings: PostgresSettings,
  purpose: SessionPurpose,
): Promise<Connection> {
  const failures: unknown[] = [];
  for (const address of settings.addresses) {
    try {
      return await connectTo(address, makeClient, settings, purpose);
    } catch (error) {
      if (
        error instanceof StoreError &&
        !['store.read-only', 'store.unreachable'].includes(error.code)
      )
        throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (failures.length === 1) throw first;
  const each = failures.map((error) => (error instanceof Error ? error.message : String(error)));
  throw new StoreError(
    'store.unreachable',
    `None of ${failures.length} hosts takes writes: ${each.join(' ')}`,
    { cause: first },
  );
}

async function connectTo(
  address: string,
  makeClient: MakePgClient,
  settings: PostgresSettings,
  purpose: SessionPurpose,
): Promise<Connection> {
  const name = redact(address);
  const client = makeClient({
    connectionString: address,
    connectionTimeoutMillis: settings.timeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    ...(settings.tls === undefined ? {} : { ssl: settings.tls }),
  });
  const connection = new Connection(client, settings.timeoutMs);
  try {
    await client.connect();
    const { rows } = await connection.query(greeting(settings, purpose));
    const refusal = refusalOf(rows.at(-1) ?? {}, client, settings, name);
    if (refusal !== undefined) throw refusal;
    return connection;
  } catch (error) {
    connection.break(error instanceof Error ? error : new Error(String(error)));
    throw toStoreError(error, name);
  }
}

/** Sets what a session needs, and asks what must be known of its server. */
function greeting(settings: PostgresSettings, { label, writes }: SessionPurpose): string {
  const statements = [
    `SET application_name = '${label}'`,
    `SET search_path = "${settings.schema}"`,
    `SET lock_timeout = ${settings.timeoutMs}`,
    `SET statement_timeout = ${writes ? 0 : settings.timeoutMs}`,
    // Who stands still inside a transaction must not hold rows for longer than a lease lasts.
    `SET idle_in_transaction_session_timeout = ${Math.ceil(settings.leaseMs / 3)}`,
    "SET default_transaction_isolation = 'read committed'",
    // A machine that is gone gives up its session about as soon as its lease.
    `SET tcp_keepalives_idle = ${Math.ceil(settings.leaseMs / 2_000)}`,
    'SET tcp_keepalives_interval = 1',
    'SET tcp_keepalives_count = 3',
    // What a client asked that is gone must not be done later, behind what it asked on its next connection.
    'SET client_connection_check_interval = 500',
    ...(settings.readOnly ? ['SET default_transaction_read_only = on'] : []),
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')",
    `SELECT pg_backend_pid() AS pid, current_setting('server_version_num')::int AS version,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only`,
  ];
  return statements.join(';\n');
}

/** Why this server, or the way to it, will not do. */
function refusalOf(
  found: Readonly<Record<string, unknown>>,
  client: PgClient,
  settings: PostgresSettings,
  name: string,
): StoreError | undefined {
  const version = Math.floor(Number(found['version']) / 10_000);
  if (version < LEAST_VERSION) {
    return unreachable(
      `${name} is PostgreSQL ${version}: Overseer needs ${LEAST_VERSION} or newer. Upgrade it.`,
    );
  }
  if (found['encoding'] !== 'UTF8') {
    return unreachable(
      `${name} keeps text as ${String(found['encoding'])}: make a database with "createdb --encoding=UTF8 --template=template0".`,
    );
  }
  if (client.processID !== found['pid'] && settings.pooled !== 'session') {
    return unreachable(
      `${name} is a pooler, not the server: locks and settings of a session may be lost there. Give the address of PostgreSQL itself; if the pooler keeps whole sessions, say so with pooled: 'session'.`,
    );
  }
  if (found['read_only'] !== true || settings.readOnly) return undefined;
  const standby = new Error('it is in recovery, or its transactions are read only');
  return toStoreError(Object.assign(standby, { code: '25006' }), name);
}

function unreachable(message: string): StoreError {
  return new StoreError('store.unreachable', message);
}
