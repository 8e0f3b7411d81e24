import { createHash } from 'node:crypto';
import { StoreError } from '../errors/store-error.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import type {
  MailStore,
  OpenStore,
  Snapshot,
  StandingLease,
  StateStore,
  StoreCapabilities,
} from '../spec/store.ts';
import { MemoryLeases } from './memory-leases.ts';
import { MemoryLog } from './memory-log.ts';
import { MemoryMail } from './memory-mail.ts';

/** How a store in memory behaves. */
export interface MemoryOptions {
  /**
   * Lets several overseers of one process share it, each with a project of its own, as they would share a database: a lease
   * lasts so long, in ms, and the project of an overseer that does not renew it is free for another. Left out, one overseer
   * has all of it.
   */
  readonly leaseMs?: number;
  /** By what leases run out; the default is the system's. */
  readonly clock?: Clock;
}

/**
 * A store in memory, for tests and for work that need not outlive the process. Everything that one `memory()` opens
 * sees the same events, as two openings of one file would. Keeps the very objects it is given: do not change them.
 */
export function memory({ leaseMs, clock = systemClock }: MemoryOptions = {}): OpenStore {
  const contents: Contents = {
    log: new MemoryLog(),
    leases: new MemoryLeases(leaseMs),
    mail: new MemoryMail(),
    leaseMs,
    clock,
    blobs: new Map(),
    snapshots: new Map(),
  };
  return async () => openView(contents);
}

interface Contents {
  readonly log: MemoryLog;
  readonly leases: MemoryLeases;
  readonly mail: MemoryMail;
  readonly leaseMs: number | undefined;
  readonly clock: Clock;
  readonly blobs: Map<string, Uint8Array>;
  /** By version and stream; only the newest is kept. */
  readonly snapshots: Map<string, Snapshot>;
}

function openView(contents: Contents): StateStore {
  const { leases, leaseMs, clock } = contents;
  const taken: { readonly name: string; readonly epoch: number }[] = [];
  let closed = false;
  const requireOpen = (): void => {
    if (closed) {
      throw new StoreError('store.closed', 'This memory store is closed: open it again to use it.');
    }
  };
  const renew = async (name: string, epoch: number): Promise<boolean> => {
    requireOpen();
    return leases.renew(name, epoch, clock.now());
  };
  const standing = async (): Promise<readonly StandingLease[]> => {
    requireOpen();
    return leases.standing(clock.now());
  };
  return {
    spec: 'store/1',
    name: 'memory',
    capabilities: capabilitiesOf(leaseMs),
    events: eventsOf(contents, requireOpen),
    ...valuesOf(contents, requireOpen),
    leases: {
      acquire: async (name, holder) => {
        requireOpen();
        const answer = leases.acquire(name, holder, clock.now());
        if (answer.kind === 'held') taken.push({ name, epoch: answer.epoch });
        return answer;
      },
      release: async (name, epoch) => {
        requireOpen();
        leases.release(name, epoch);
      },
      ...(leaseMs === undefined ? {} : { renew, standing }),
    },
    ...(leaseMs === undefined ? {} : { mail: mailOf(contents, requireOpen) }),
    erase: async (epoch, stream, run) => {
      requireOpen();
      const refusal = leases.refusal(stream, epoch);
      if (refusal !== undefined) throw new StoreError('store.fenced', refusal);
      contents.log.erase(stream, run);
    },
    close: async () => {
      closed = true;
      for (const { name, epoch } of taken.splice(0)) leases.release(name, epoch);
    },
  };
}

function capabilitiesOf(leaseMs: number | undefined): StoreCapabilities {
  return leaseMs === undefined
    ? { durable: false, shared: false, erasable: true }
    : { durable: false, shared: true, erasable: true, leaseMs };
}

function eventsOf({ log, leases }: Contents, requireOpen: () => void): StateStore['events'] {
  return {
    append: async (epoch, events) => {
      requireOpen();
      let checked: string | undefined;
      for (const { stream } of events) {
        // Events mostly come of one stream.
        if (stream === checked) continue;
        const refusal = leases.refusal(stream, epoch);
        if (refusal !== undefined) throw new StoreError('store.fenced', refusal);
        checked = stream;
      }
      log.append(events);
    },
    read: async (query) => {
      requireOpen();
      return log.read(query);
    },
    head: async (stream) => {
      requireOpen();
      return log.head(stream);
    },
    streams: async () => {
      requireOpen();
      return log.streams();
    },
  };
}

function mailOf({ mail, clock }: Contents, requireOpen: () => void): MailStore {
  return {
    put: async (stream, letter) => {
      requireOpen();
      await mail.put(stream, letter);
    },
    read: async (stream, limit) => {
      requireOpen();
      return await mail.read(stream, limit);
    },
    remove: async (stream, ids) => {
      requireOpen();
      await mail.remove(stream, ids);
    },
    setAside: async (stream, id, because) => {
      requireOpen();
      await mail.setAside(stream, id, because, clock.now());
    },
    aside: async (stream, limit, after) => {
      requireOpen();
      return await mail.aside(stream, limit, after);
    },
  };
}

function valuesOf(
  { blobs, snapshots }: Contents,
  requireOpen: () => void,
): Pick<StateStore, 'blobs' | 'snapshots'> {
  return {
    blobs: {
      put: async (bytes) => {
        requireOpen();
        const hash = createHash('sha256').update(bytes).digest('hex');
        // `slice` of a Buffer would not copy.
        if (!blobs.has(hash)) blobs.set(hash, new Uint8Array(bytes));
        return hash;
      },
      get: async (hash) => {
        requireOpen();
        return blobs.get(hash)?.slice();
      },
    },
    snapshots: {
      put: async (snapshot) => {
        requireOpen();
        const key = snapshotKey(snapshot.stream, snapshot.foldVersion);
        if ((snapshots.get(key)?.seq ?? -1) <= snapshot.seq) snapshots.set(key, snapshot);
      },
      latest: async (stream, foldVersion) => {
        requireOpen();
        return snapshots.get(snapshotKey(stream, foldVersion));
      },
    },
  };
}

function snapshotKey(stream: string, foldVersion: number): string {
  return `${foldVersion} ${stream}`;
}
