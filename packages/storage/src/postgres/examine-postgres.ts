import { OverseerError } from '@overseer/core/plugin';
import type { Finding } from '../finding.ts';
import { redact } from './addresses.ts';
import { connect } from './connect.ts';
import type { Connection } from './connection.ts';
import { readDamage } from './damage.ts';
import { examineServer } from './examine-server.ts';
import { toStoreError } from './explain-failure.ts';
import { parseHolder } from './held-leases.ts';
import { fromText } from './names.ts';
import type { PgRow } from './pg-client.ts';
import { loadPg } from './pg-client.ts';
import { nameOf, type PostgresOptions, type PostgresSettings, settle } from './postgres-options.ts';
import { MIGRATIONS } from './schema.ts';

/**
 * Examines a PostgreSQL server and what Overseer keeps in it, for so many nodes. Changes nothing, and takes no lease. What cannot
 * be reached is a finding. Throws `ConfigError` for options that cannot be used, and `StoreError` where the driver is missing.
 */
export async function examinePostgres(
  options: string | PostgresOptions,
  nodes = 1,
): Promise<readonly Finding[]> {
  const settings = settle(options);
  const makeClient = await loadPg();
  const open = (address: string, readOnly = false): Promise<Connection> =>
    connect(
      makeClient,
      { ...settings, addresses: [address], readOnly },
      { label: 'overseer doctor', writes: false },
    );
  const hosts: Finding[] = [];
  let primary: Connection | undefined;
  for (const address of settings.addresses) {
    try {
      const connection = await open(address);
      if (primary === undefined) primary = connection;
      else await connection.end();
      hosts.push({ name: 'host', state: 'good', found: `${redact(address)} takes writes` });
    } catch (error) {
      hosts.push(hostThatRefused(error, address, settings.addresses.length));
    }
  }
  const isAlone = settings.addresses.length === 1;
  const server = primary ?? (await openAny(settings.addresses, (address) => open(address, true)));
  if (server === undefined) return hosts.map((host) => ({ ...host, state: 'bad' }));
  const seen = primary === undefined ? hosts.map((host) => readingHost(host, isAlone)) : hosts;
  try {
    return [
      ...seen,
      ...(await examineServer(server, nodes)),
      ...(await examineSchema(server, settings)),
    ];
  } catch (error) {
    throw toStoreError(error, nameOf(settings));
  } finally {
    await server.end();
  }
}

/** Where none takes writes, the first that can be read. */
async function openAny(
  addresses: readonly string[],
  open: (address: string) => Promise<Connection>,
): Promise<Connection | undefined> {
  for (const address of addresses) {
    const connection = await open(address).catch(() => undefined);
    if (connection !== undefined) return connection;
  }
  return undefined;
}

/** Of one that is looked at by itself, that is what was wanted; of all that there are, one must be the primary. */
function readingHost({ name, found }: Finding, isAlone: boolean): Finding {
  const advice =
    'What follows is what a standby has; give the address of the primary for the rest.';
  return { name, state: isAlone ? 'poor' : 'bad', found, advice };
}

/** Of several hosts, all but one are expected to take no writes. */
function hostThatRefused(error: unknown, address: string, hosts: number): Finding {
  const { code = '', message } = OverseerError.is(error) ? error : { message: String(error) };
  if (hosts > 1 && code === 'store.read-only') {
    return { name: 'host', state: 'good', found: `${redact(address)} is a standby` };
  }
  return { name: 'host', state: hosts > 1 ? 'poor' : 'bad', found: message };
}

async function examineSchema(
  connection: Connection,
  { schema }: PostgresSettings,
): Promise<readonly Finding[]> {
  const { rows } = await connection.query("SELECT to_regclass('meta') IS NOT NULL AS there");
  if (rows[0]?.['there'] !== true) {
    const found = `schema ${schema} is not there yet: it is made when a store is first opened`;
    return [{ name: 'schema', state: 'good', found, isMissing: true }];
  }
  const { rows: meta } = await connection.query("SELECT value FROM meta WHERE key = 'version'");
  const version = Number(meta[0]?.['value']);
  const known = MIGRATIONS.length;
  const found = `schema ${schema} is version ${version}, this Overseer knows ${known}`;
  if (version > known) return [{ name: 'schema', state: 'bad', found, advice: 'Update Overseer.' }];
  const state = version === known ? 'good' : 'poor';
  const advice =
    version === known ? {} : { advice: 'It is brought up to date when a store is opened.' };
  const { rows: leases } = await connection.query(`
    SELECT name, holder, epoch, round(extract(epoch FROM until - clock_timestamp()) * 1000)::bigint AS left
    FROM lease WHERE holder IS NOT NULL ORDER BY name LIMIT 100`);
  const mail = version === known ? await examineMail(connection) : [];
  const damage = await examineDamage(connection);
  return [{ name: 'schema', state, found, ...advice }, ...damage, ...mail, ...leases.map(leaseOf)];
}

/** What a node met while it compacted. */
async function examineDamage(connection: Connection): Promise<readonly Finding[]> {
  const damage = await readDamage(connection);
  if (damage === undefined) return [];
  const { stream, seq } = damage;
  return [
    {
      name: 'journal',
      state: 'bad',
      found: `the event with seq ${seq} of ${stream} cannot be read as it was written; nothing is compacted`,
      advice:
        'Run "overseer verify", then "overseer repair", or restore the database from a backup.',
    },
  ];
}

/** Messages that nobody could act on. */
async function examineMail(connection: Connection): Promise<readonly Finding[]> {
  const { rows } = await connection.query(
    'SELECT stream, name, aside, count(*) OVER () AS n FROM mail WHERE aside IS NOT NULL AND gone_at IS NULL ORDER BY id LIMIT 1',
  );
  const [row] = rows;
  if (row === undefined) return [];
  const [stream, name, why] = [row['stream'], row['name'], row['aside']].map((text) =>
    fromText(String(text)),
  );
  return [
    {
      name: 'mail',
      state: 'poor',
      found: `${String(row['n'])} messages were set aside, the first ${name} to ${stream}: ${why}`,
      advice:
        'Each was tried several times. See them with "overseer mail list", then "overseer mail retry" or "remove" them.',
    },
  ];
}

function leaseOf(row: PgRow): Finding {
  const holder = parseHolder(String(row['holder']));
  const by = holder === undefined ? 'somebody' : `${holder.name} (process ${holder.pid})`;
  const held = `${fromText(String(row['name']))} is held by ${by} at epoch ${String(row['epoch'])}`;
  const left = Number(row['left']);
  if (left > 0) return { name: 'lease', state: 'good', found: `${held}, for ${left} ms more` };
  return {
    name: 'lease',
    state: 'poor',
    found: `${held}, and ran out ${-left} ms ago`,
    advice: 'Its holder is gone or stands still; the next node that asks takes it over.',
  };
}
