import type { Finding } from '../finding.ts';
import type { Connection } from './connection.ts';
import type { PgRow } from './pg-client.ts';

/** Connections that a node of Overseer holds at most. */
const CONNECTIONS_PER_NODE = 12;

/** How a server keeps what is committed, who follows it, and whether so many nodes find room there. Changes nothing; throws the driver's errors. */
export async function examineServer(
  connection: Connection,
  nodes: number,
): Promise<readonly Finding[]> {
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
