import { createHash } from 'node:crypto';
import { StoreError } from '../errors/store-error.ts';
import { systemClock } from '../internal/clock.ts';
import type { OpenStore, Snapshot, StateStore } from '../spec/store.ts';
import { MemoryLease } from './memory-lease.ts';
import { MemoryLog } from './memory-log.ts';

/**
 * A store in memory, for tests and for work that need not outlive the process. Everything that one `memory()` opens
 * sees the same events, as two openings of one file would. Keeps the very objects it is given: do not change them.
 */
export function memory(): OpenStore {
  const contents: Contents = {
    log: new MemoryLog(),
    lease: new MemoryLease(),
    blobs: new Map(),
    snapshots: new Map(),
  };
  return async () => openView(contents);
}

interface Contents {
  readonly log: MemoryLog;
  readonly lease: MemoryLease;
  readonly blobs: Map<string, Uint8Array>;
  /** By version and stream; only the newest is kept. */
  readonly snapshots: Map<string, Snapshot>;
}

function openView({ log, lease, blobs, snapshots }: Contents): StateStore {
  const taken: { readonly name: string; readonly epoch: number }[] = [];
  let closed = false;
  const requireOpen = (): void => {
    if (closed) {
      throw new StoreError('store.closed', 'This memory store is closed: open it again to use it.');
    }
  };
  return {
    spec: 'store/1',
    name: 'memory',
    capabilities: { durable: false, shared: false, erasable: true },
    events: {
      append: async (epoch, events) => {
        requireOpen();
        if (!lease.admits(epoch)) throw new StoreError('store.fenced', lease.explain(epoch));
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
    },
    blobs: {
      put: async (bytes) => {
        requireOpen();
        const hash = createHash('sha256').update(bytes).digest('hex');
        if (!blobs.has(hash)) blobs.set(hash, bytes.slice());
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
    leases: {
      acquire: async (name, holder) => {
        requireOpen();
        const answer = lease.acquire(name, holder, systemClock.now());
        if (answer.kind === 'held') taken.push({ name, epoch: answer.epoch });
        return answer;
      },
      release: async (name, epoch) => {
        requireOpen();
        lease.release(name, epoch);
      },
    },
    erase: async (epoch, run) => {
      requireOpen();
      if (!lease.admits(epoch)) throw new StoreError('store.fenced', lease.explain(epoch));
      log.erase(run);
    },
    close: async () => {
      closed = true;
      for (const { name, epoch } of taken.splice(0)) lease.release(name, epoch);
    },
  };
}

function snapshotKey(stream: string, foldVersion: number): string {
  return `${foldVersion} ${stream}`;
}
