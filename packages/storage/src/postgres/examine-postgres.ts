import { OverseerError } from '@overseer/core/plugin';
import type { Finding } from '../finding.ts';
import { redact } from './addresses.ts';
import { connect } from './connect.ts';
import type { Connection } from './connection.ts';
import { readDamage } from './damage.ts';
import { toStoreError } from './explain-failure.ts';
import { parseHolder } from './held-leases.ts';
import { fromText } from './names.ts';
import type { PgRow } from './pg-client.ts';
import { loadPg } from './pg-client.ts';
import { nameOf, type PostgresOptions, type PostgresSettings, settle } from './postgres-options.ts';
import { MIGRATIONS } from './schema.ts';

/** Connections that a node of Overseer holds at most. */
const CONNECTIONS_PER_NODE = 12;

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

async function examineServer(connection: Connection, nodes: number): Promise<readonly Finding[]> {
  const { rows } = await connection.query(`
    SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
      current_setting('full_page_writes') AS pages, current_setting('max_connections')::int AS most,
      current_setting('superuser_reserved_connections')::int AS reserved,
      (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
      (SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit') AS commits,
      current_setting('synchronous_standby_names') AS standbys,
      pg_has_role('pg_read_all_stats', 'USAGE') AS sees,
      (SELECT count(*)::int FROM pg_stat_replication) AS followers,
      (SELECT string_agg(DISTINCT application_name, ', ') FROM pg_stat_replication) AS names,
      (SELECT count(*)::int FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')) AS confirming,
      pg_is_in_recovery() AS follows,
      round(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::bigint AS age,
      CASE WHEN pg_is_in_recovery() THEN NULL ELSE
        (SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))::bigint FROM pg_stat_replication) END AS behind`);
  const [server = {}] = rows;
  return [
    { name: 'version', state: 'good', found: `PostgreSQL ${String(server['version'])}` },
    diskOf(server),
    ...(server['follows'] === true
      ? [followingOf(server)]
      : [commitsOf(server), standbyOf(server), lagOf(server)]),
    connectionsOf(server, nodes),
  ];
}

/** How far a standby has come. */
function followingOf({ age }: PgRow): Finding {
  const found =
    age === null
      ? 'nothing was replayed yet'
      : `what it shows was committed ${String(age)} ms ago, or is all there is`;
  return { name: 'lag', state: 'good', found };
}

function diskOf({ fsync, pages }: PgRow): Finding {
  if (fsync === 'on' && pages === 'on') {
    return { name: 'disk', state: 'good', found: 'commits go to the disk' };
  }
  return {
    name: 'disk',
    state: 'bad',
    found: `fsync is ${String(fsync)}, full_page_writes is ${String(pages)}: a power cut loses or damages what was acknowledged`,
    advice: 'Set both to on and restart PostgreSQL.',
  };
}

function commitsOf({ commits }: PgRow): Finding {
  const found = `synchronous_commit is ${String(commits)}`;
  if (commits === 'on' || commits === 'remote_apply')
    return { name: 'commits', state: 'good', found };
  if (commits === 'remote_write') {
    return {
      name: 'commits',
      state: 'poor',
      found,
      advice: 'Set it to on: a standby that loses power loses what it only has in memory.',
    };
  }
  return {
    name: 'commits',
    state: 'poor',
    found: `${found}; Overseer turns it on for what it writes`,
    advice: 'Set it to on for everything that must not be lost.',
  };
}

function standbyOf({ standbys, confirming, followers, names, sees }: PgRow): Finding {
  if (standbys === '') {
    const also = Number(followers) > 0 ? `, though ${Number(followers)} follow` : '';
    return {
      name: 'standby',
      state: 'poor',
      found: `no standby confirms commits${also}: where this server's disk is lost, so is what was acknowledged`,
      advice: 'Set synchronous_standby_names to the name of a standby, or to ANY 1 of two.',
    };
  }
  if (sees !== true) {
    return {
      name: 'standby',
      state: 'poor',
      found: 'this user may not see whether standbys are there',
      advice: 'GRANT pg_read_all_stats to it, or ask as another user.',
    };
  }
  if (Number(confirming) > 0) {
    return { name: 'standby', state: 'good', found: `${Number(confirming)} confirm every commit` };
  }
  const found = `synchronous_standby_names is ${String(standbys)}, and no such standby is there: every commit waits`;
  if (Number(followers) === 0) {
    return {
      name: 'standby',
      state: 'bad',
      found,
      advice: 'Start the standby, or take it out of synchronous_standby_names until it is back.',
    };
  }
  return {
    name: 'standby',
    state: 'bad',
    found: `${found}. Who follows calls itself ${String(names)}`,
    advice:
      'A standby is known by its cluster_name, or by application_name in its primary_conninfo: set one to the name that stands there.',
  };
}

/** What a standby may be behind before it is told, in bytes: a segment of the log. */
const SEGMENT_BYTES = 16 * 1_048_576;

function lagOf({ followers, behind }: PgRow): Finding {
  if (Number(followers) === 0) return { name: 'lag', state: 'good', found: 'nobody follows' };
  if (behind === null) {
    return {
      name: 'lag',
      state: 'poor',
      found: 'this user may not see it',
      advice: 'GRANT pg_read_all_stats to it.',
    };
  }
  const found = `${Number(behind)} bytes behind`;
  if (Number(behind) < SEGMENT_BYTES) return { name: 'lag', state: 'good', found };
  return {
    name: 'lag',
    state: 'poor',
    found,
    advice:
      'A promotion takes longer by what has to be replayed: look at the disk and the network of the standby.',
  };
}

function connectionsOf({ most, reserved, used }: PgRow, nodes: number): Finding {
  const open = Number(most) - Number(reserved);
  const needed = nodes * CONNECTIONS_PER_NODE;
  const found = `${open} may be open, ${Number(used)} are, ${nodes} ${nodes === 1 ? 'node needs' : 'nodes need'} ${needed} at most`;
  if (needed <= open) return { name: 'connections', state: 'good', found };
  return {
    name: 'connections',
    state: 'bad',
    found,
    advice: `Set max_connections to ${needed + Number(reserved)} or more, or give each node a smaller poolSize.`,
  };
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
