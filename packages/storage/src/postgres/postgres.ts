import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenStore, StateStore } from '@overseer/core/spec';
import { openKeys } from '../at-rest/key-ring.ts';
import { readOnlyView } from '../read-only-view.ts';
import { encodeEvents } from '../sqlite/encode-events.ts';
import { squeezeLarge } from '../sqlite/file/packing.ts';
import { snapshotText } from '../sqlite/snapshot-text.ts';
import { closedError } from '../sqlite/store-error.ts';
import { WriteQueue } from '../sqlite/write-queue.ts';
import { numberOf, readAside, setMailAside } from './aside-mail.ts';
import type { Use } from './compact-postgres.ts';
import { connect } from './connect.ts';
import type { Connection } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { toStoreError } from './explain-failure.ts';
import { Hints } from './hints.ts';
import { type JournalWrite, JournalWriter } from './journal-writer.ts';
import { type AtRest, checkKeys } from './key-rows.ts';
import { LeaseSession } from './lease-session.ts';
import { putMail, readMail, removeMail } from './mail.ts';
import { migrate, requireCurrent } from './migrate.ts';
import { toText } from './names.ts';
import { type Patience, persist } from './patience.ts';
import { loadPg } from './pg-client.ts';
import { nameOf, type PostgresOptions, type PostgresSettings, settle } from './postgres-options.ts';
import { readEvents } from './read-events.ts';
import { readBlob, readHead, readStreams } from './read-rows.ts';
import { Session } from './session.ts';
import { readSnapshot } from './snapshots.ts';
import { standingLeases } from './standing-leases.ts';
import { Teller } from './teller.ts';
import { Troubles } from './troubles.ts';
import { startUpkeep } from './upkeep-timer.ts';

/** For how long a store that is closed tries to give its leases back, in ms. */
const FAREWELL_MS = 2_000;

/** For how long it waits for writes of which none is done, in ms, and how often it looks. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 100;

/**
 * A store in a PostgreSQL database, for any number of processes on any number of machines. Its tables are made, and brought up
 * to date, when it is opened. An append resolves once it is committed, and all that wait meanwhile share one transaction. When
 * the server is lost, reads and appends wait for one that takes writes, and an append whose commit was in doubt is found or
 * written again. Give the addresses of all hosts.
 */
export function postgres(connection: string | PostgresOptions): OpenStore {
  const settings = settle(connection);
  return async () => {
    const name = nameOf(settings);
    const ring = settings.keys && (await openKeys(settings.keys));
    const atRest: AtRest = { name, ring, compression: settings.compression };
    const makeClient = await loadPg();
    const closing = new AbortController();
    const patience = { name, patienceMs: settings.patienceMs, signal: closing.signal };
    const { readOnly } = settings;
    const open = (label: string, writes: boolean) =>
      connect(makeClient, settings, { label: `overseer ${label}`, writes: writes && !readOnly });
    const first = await open('writer', true);
    try {
      if (readOnly) await requireCurrent(first, name);
      else await migrate(first, settings.schema, name);
      await checkKeys(first, atRest);
    } catch (error) {
      await first.end();
      throw toStoreError(error, name);
    }
    const store = createStore(settings, atRest, patience, closing, {
      writer: new Session(() => open('writer', true), first),
      leases: new Session(() => open('leases', true)),
      hints: new Hints(channelOf(settings), () => open('news', false)),
      readers: new ConnectionPool(() => open('reader', false), settings.poolSize - 1),
    });
    return readOnly ? readOnlyView(store) : store;
  };
}

interface Sessions {
  readonly writer: Session;
  readonly leases: Session;
  readonly readers: ConnectionPool;
  /** Opens its session when somebody wants to hear something. */
  readonly hints: Hints;
}

/** By which processes tell each other that there is something new. */
function channelOf({ schema }: PostgresSettings): string {
  return `${schema}_news`;
}

function createStore(
  settings: PostgresSettings,
  atRest: AtRest,
  patience: Patience,
  farewell: AbortController,
  sessions: Sessions,
): StateStore {
  const { name } = patience;
  const isSealed = atRest.ring !== undefined;
  const journal = new JournalWriter(atRest);
  let doneAt = 0;
  const queue = new WriteQueue<JournalWrite>(async (writes) => {
    const outcomes = await persist(patience, (tries) =>
      sessions.writer.use((connection) => journal.write(connection, writes, tries)),
    );
    doneAt = performance.now();
    return outcomes;
  });
  const leases = new LeaseSession(sessions.leases, patience, settings.schema, settings.leaseMs);
  const taken = new Map<string, number>();
  let closing: Promise<void> | undefined;
  const requireOpen = (): void => {
    if (closing !== undefined) throw closedError(name);
  };
  const read: Read = async (work) => {
    requireOpen();
    return await persist(patience, (tries) =>
      sessions.readers.use((connection) => work(connection, tries)),
    );
  };
  const use: Use = (work) => sessions.readers.use(work);
  const teller = new Teller(use, channelOf(settings));
  const troubles = new Troubles();
  const isWanted = (): boolean => taken.size > 0;
  const upkeep = startUpkeep(use, atRest, settings.compactAfterMs, isWanted, (trouble) =>
    troubles.tell(trouble),
  );
  return {
    spec: 'store/1',
    name,
    capabilities: {
      durable: true,
      shared: true,
      leaseMs: settings.leaseMs,
      ...(isSealed ? { erasable: true } : {}),
    },
    ...contentsOf(atRest, read, queue, requireOpen, (news) => teller.tell(news)),
    whenTold: (what, told, heard) => {
      requireOpen();
      return sessions.hints.on(`${what} ${toText(told)}`, heard);
    },
    whenTroubled: (heard) => {
      requireOpen();
      return troubles.on(heard);
    },
    leases: {
      acquire: async (lease, holder) => {
        requireOpen();
        const answer = await leases.acquire(lease, holder);
        if (answer.kind === 'held') taken.set(lease, answer.epoch);
        return answer;
      },
      release: async (lease, epoch) => {
        requireOpen();
        // Behind the appends that wait, which its holder still may write.
        await queue.push({ kind: 'release', name: lease, epoch }, 0);
        if (taken.get(lease) === epoch) taken.delete(lease);
        await leases.forget(lease, epoch).catch(() => undefined);
        teller.tell('leases ');
      },
      renew: async (lease, epoch) => {
        requireOpen();
        return await leases.renew(lease, epoch);
      },
      standing: () => read((connection) => standingLeases(connection, settings.schema)),
    },
    ...(isSealed
      ? {
          erase: async (epoch: number, stream: string, run: string) => {
            requireOpen();
            await queue.push({ kind: 'erase', epoch, stream, run }, 0);
          },
        }
      : {}),
    close: () => {
      closing ??= closeInTime(
        () => doneAt,
        sessions,
        farewell,
        async () => {
          await upkeep.stop();
          await close(queue, taken, sessions, farewell, teller);
        },
      );
      return closing;
    },
  };
}

/**
 * Closes for as long as writes go on to be done, and no longer than `PATIENCE_MS` without any: then the server is gone, and what still
 * waits is refused.
 */
async function closeInTime(
  doneAt: () => number,
  { writer, leases, readers }: Sessions,
  farewell: AbortController,
  work: () => Promise<void>,
): Promise<void> {
  const begunAt = performance.now();
  const ended = new AbortController();
  const watch = async (): Promise<void> => {
    const { signal } = ended;
    while (performance.now() - Math.max(begunAt, doneAt()) < PATIENCE_MS) {
      await sleep(LOOK_MS, undefined, { signal });
    }
    farewell.abort();
    for (const session of [writer, leases, readers]) session.abandon();
  };
  try {
    await Promise.race([work(), watch()]);
  } finally {
    ended.abort();
  }
}

async function close(
  queue: WriteQueue<JournalWrite>,
  taken: ReadonlyMap<string, number>,
  { writer, leases, readers, hints }: Sessions,
  farewell: AbortController,
  teller: Teller,
): Promise<void> {
  await queue.drained();
  // Where the server is gone, its leases run out by themselves.
  setTimeout(() => farewell.abort(), FAREWELL_MS).unref();
  const given = [...taken].map(([name, epoch]) => queue.push({ kind: 'release', name, epoch }, 0));
  await Promise.allSettled(given);
  if (given.length > 0) teller.tell('leases ');
  await teller.close();
  farewell.abort();
  await Promise.all([writer.close(), leases.close(), readers.close(), hints.close()]);
}

/** Works with one of the sessions that need no order, again where that is lost. */
type Read = <T>(work: (connection: Connection, tries: number) => Promise<T>) => Promise<T>;

/** The parts of a store that hold something. */
function contentsOf(
  atRest: AtRest,
  read: Read,
  queue: WriteQueue<JournalWrite>,
  requireOpen: () => void,
  tell: (news: string) => void,
): Pick<StateStore, 'events' | 'blobs' | 'snapshots' | 'mail'> {
  return {
    events: {
      append: async (epoch, events) => {
        requireOpen();
        // Whoever looks with SQL finds each field by its name.
        const { segments, size } = encodeEvents(events, (event) => JSON.stringify(event));
        await queue.push({ kind: 'append', epoch, segments }, size);
        for (const stream of new Set(segments.map((segment) => segment.stream))) {
          tell(`events ${toText(stream)}`);
        }
      },
      read: (query) => read((connection) => readEvents(connection, atRest, query)),
      head: (stream) => read((connection) => readHead(connection, stream)),
      streams: () => read(readStreams),
    },
    blobs: {
      put: async (bytes) => {
        requireOpen();
        // `slice` of a Buffer would not copy.
        const copy = new Uint8Array(bytes);
        return String(await queue.push({ kind: 'blob', bytes: copy }, copy.byteLength));
      },
      get: (hash) => read((connection) => readBlob(connection, atRest, hash)),
    },
    snapshots: {
      put: async ({ stream, seq, foldVersion, body }) => {
        requireOpen();
        const text = await snapshotText(body);
        const squeezed = await squeezeLarge(Buffer.from(text), atRest.compression);
        const write = { kind: 'snapshot', stream, seq, foldVersion, body: text, squeezed } as const;
        await queue.push(write, text.length);
      },
      latest: (stream, version) =>
        read((connection) => readSnapshot(connection, atRest, stream, version)),
    },
    // Each statement is a transaction by itself, and one that is in doubt may be said again.
    mail: {
      put: async (stream, mail) => {
        await read((connection, tries) => putMail(connection, atRest, stream, mail, tries));
        tell(`mail ${toText(stream)}`);
      },
      read: (stream, limit) => read((connection) => readMail(connection, atRest, stream, limit)),
      remove: (stream, ids) => read((connection) => removeMail(connection, stream, ids)),
      setAside: (stream, id, because) =>
        read((connection) => setMailAside(connection, atRest, stream, id, because)),
      aside: (stream, limit, after) =>
        read(async (connection) => {
          const from = await numberOf(connection, stream, after);
          const found = await readAside(connection, atRest, { stream, after: from, limit });
          return found.map(({ number: _, stream: __, ...mail }) => mail);
        }),
    },
  };
}
