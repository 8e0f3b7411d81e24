import { StoreError } from '@overseer/core/plugin';
import type { OpenTransport, TaskTransport } from '@overseer/core/spec';
import type { PgBoss } from 'pg-boss';
import { openKeys } from '../at-rest/key-ring.ts';
import { connect } from '../postgres/connect.ts';
import type { Connection } from '../postgres/connection.ts';
import { toStoreError } from '../postgres/explain-failure.ts';
import { Hints } from '../postgres/hints.ts';
import { type AtRest, checkKeys } from '../postgres/key-rows.ts';
import { migrate } from '../postgres/migrate.ts';
import { persist } from '../postgres/patience.ts';
import { loadPg } from '../postgres/pg-client.ts';
import {
  nameOf,
  type PostgresOptions,
  type PostgresSettings,
  settle,
} from '../postgres/postgres-options.ts';
import { Session } from '../postgres/session.ts';
import { closedError } from '../sqlite/store-error.ts';
import { databaseOf } from './boss-database.ts';
import { BossJobs, type BossJobsParts, QUEUED } from './boss-jobs.ts';
import { HEARTBEAT_S } from './job-rows.ts';

/**
 * How the database is reached that holds journal and jobs, and how both jobs and replies are kept in it: as `postgres` is told it,
 * sealed with `encryption`. A job is there until an hour after its end.
 */
export type PgBossOptions = Pick<
  PostgresOptions,
  | 'connection'
  | 'schema'
  | 'timeoutMs'
  | 'patienceMs'
  | 'tls'
  | 'pooled'
  | 'encryption'
  | 'compress'
>;

/** How long it takes at most until a lost claim is seen, in s, on top of a claim's own time. */
const LOOK_S = 1;

/**
 * A transport in a PostgreSQL database by pg-boss 12, for workers on any number of machines. It has to be the database and
 * the schema of the journal: a reply and the end of its job are one transaction. Takes three connections, and makes its
 * tables in a schema beside that of the journal (`overseer_jobs`). A job of a worker that died waits for another after 10 to
 * 12 seconds.
 */
export function pgBoss(connection: string | PgBossOptions): OpenTransport {
  const settings = settle(connection);
  return async () => {
    const makeClient = await loadPg();
    const name = nameOf(settings);
    const ring = settings.keys && (await openKeys(settings.keys));
    const atRest: AtRest = { name, ring, compression: settings.compression };
    const open = (label: string): Promise<Connection> =>
      connect(makeClient, settings, { label: `overseer ${label}`, writes: true });
    const queue = new Session(() => open('jobs'));
    try {
      await queue.use(async (first) => {
        await migrate(first, settings.schema, name);
        await checkKeys(first, atRest);
      });
      const schema = `${settings.schema}_jobs`;
      const boss = await startBoss(schema, queue);
      // Apart: while it is in a transaction, pg-boss may have to look something up.
      const replies = new Session(() => open('replies'));
      const channel = `${settings.schema}_hints`;
      const hints = new Hints(channel, () => open('hints'));
      return createTransport(settings, name, {
        boss,
        schema,
        queue,
        atRest,
        replies,
        hints,
        channel,
      });
    } catch (error) {
      await queue.close();
      throw toStoreError(error, name);
    }
  };
}

async function startBoss(schema: string, queue: Session): Promise<PgBoss> {
  const Boss = await loadBoss();
  const boss = new Boss({
    db: databaseOf((work) => queue.use(work)),
    schema,
    schedule: false,
    superviseIntervalSeconds: LOOK_S,
    monitorIntervalSeconds: LOOK_S,
    maintenanceIntervalSeconds: 600,
  });
  // What goes wrong where nobody asked for anything is tried again by itself.
  boss.on('error', () => undefined);
  // Two that make the same tables at once stand in each other's way. A session that ends lets go of it.
  const lock = { values: [`start ${schema}`] };
  await queue.use((session) =>
    session.query({ text: 'SELECT pg_advisory_lock(hashtextextended($1, 0))', ...lock }),
  );
  try {
    await boss.start();
  } finally {
    await queue.use((session) =>
      session.query({ text: 'SELECT pg_advisory_unlock(hashtextextended($1, 0))', ...lock }),
    );
  }
  return boss;
}

async function loadBoss(): Promise<typeof PgBoss> {
  try {
    return (await import('pg-boss')).PgBoss;
  } catch (error) {
    throw missing(error);
  }
}

function missing(cause: unknown): StoreError {
  return new StoreError(
    'store.unreachable',
    'The package pg-boss, which brings calls to workers, is not there: run "npm install pg-boss" beside @overseer/storage.',
    { cause },
  );
}

interface Parts extends BossJobsParts {
  readonly hints: Hints;
}

function createTransport(settings: PostgresSettings, name: string, parts: Parts): TaskTransport {
  const { boss, queue, replies, hints } = parts;
  const closing = new AbortController();
  const patience = { name, patienceMs: settings.patienceMs, signal: closing.signal };
  const jobs = new BossJobs(parts);
  let closed: Promise<void> | undefined;
  const ask = async <T>(work: (tries: number) => Promise<T>): Promise<T> => {
    if (closed !== undefined) throw closedError(name);
    return await persist(patience, work);
  };
  const leave = async (): Promise<void> => {
    closing.abort();
    await hints.close();
    await boss.stop({ graceful: false }).catch(() => undefined);
    await Promise.all([queue.close(), replies.close()]);
  };
  return {
    spec: 'transport/1',
    name,
    capabilities: { durable: true, shared: true, lossMs: HEARTBEAT_S * 1_000 },
    enqueue: (epoch, all) => ask(() => jobs.enqueue(epoch, all)),
    claim: (models, slots) => ask(() => jobs.claim(models, slots)),
    heartbeat: (claim) => ask(() => jobs.heartbeat(claim)),
    settle: (claim, reply) => ask((tries) => jobs.settle(claim, reply, tries)),
    withdraw: (epoch, stream, ids) => ask((tries) => jobs.withdraw({ epoch, stream }, ids, tries)),
    standing: (ids) => ask(() => jobs.standing(ids)),
    whenQueued: (heard) => hints.on(QUEUED, heard),
    whenSettled: (stream, heard) => hints.on(stream, heard),
    close: () => {
      closed ??= leave();
      return closed;
    },
  };
}
