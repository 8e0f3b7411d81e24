import { setTimeout as sleep } from 'node:timers/promises';
import {
  type PostgresServer,
  startPostgres,
} from '../../packages/storage/src/postgres/postgres-server.fixture.ts';

/** A server and one that follows it, without which it acknowledges nothing. */
export interface PostgresPair extends AsyncDisposable {
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
}

/** Starts a primary with a synchronous standby; commits of both go to the disk. */
export async function startPair(): Promise<PostgresPair> {
  const primary = await startPostgres({ fsync: true });
  const standby = await startPostgres({ fsync: true, standbyOf: primary });
  primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
  primary.sql('SELECT pg_reload_conf()');
  const end = performance.now() + 20_000;
  while (primary.sql('SELECT sync_state FROM pg_stat_replication') !== 'sync') {
    if (performance.now() > end) throw new Error('The standby did not follow its primary.');
    await sleep(50);
  }
  return {
    primary,
    standby,
    [Symbol.asyncDispose]: async () => {
      await standby[Symbol.asyncDispose]();
      await primary[Symbol.asyncDispose]();
    },
  };
}
