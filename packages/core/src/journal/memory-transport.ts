import { ConfigError } from '../errors/config-error.ts';
import { StoreError } from '../errors/store-error.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import type { Mail, OpenStore, StateStore } from '../spec/store.ts';
import type {
  JobClaim,
  JobStanding,
  ModelJob,
  OpenTransport,
  TaskTransport,
  WithdrawnJob,
} from '../spec/transport.ts';

/** How a transport in memory behaves. */
export interface MemoryTransportOptions {
  /** Where replies are left: the store that the overseers share. */
  readonly store: OpenStore;
  /** How long a claim lasts without a heartbeat, in ms; the default is 10,000. */
  readonly lossMs?: number;
  /** By what claims are lost; the default is the system's. */
  readonly clock?: Clock;
}

/**
 * A transport in memory, for overseers and workers of one process. All that one `memoryTransport()` opens share the same
 * jobs. Throws `ConfigError` `config.transport` when opened over a store that keeps no mail, or whose leases do not run out.
 */
export function memoryTransport({
  store,
  lossMs = 10_000,
  clock = systemClock,
}: MemoryTransportOptions): OpenTransport {
  const queue = new JobQueue(lossMs, clock);
  return async () => openView(queue, await store());
}

function openView(queue: JobQueue, store: StateStore): TaskTransport {
  const { mail, leases } = store;
  if (mail === undefined || leases.standing === undefined) {
    throw new ConfigError(
      'config.transport',
      `${store.name} keeps no mail for others than its overseer, so no worker can reply: use memory({ leaseMs: 6_000 }).`,
    );
  }
  let closed = false;
  const requireOpen = (): void => {
    if (closed) throw new StoreError('store.closed', 'This transport is closed: open it again.');
  };
  /** In memory nothing comes between the answer and what is done upon it. */
  const requireLease = async (epoch: number, streams: readonly string[]): Promise<void> => {
    requireOpen();
    const standing = (await leases.standing?.()) ?? [];
    const epochs = new Map(standing.map((lease) => [lease.name, lease.epoch]));
    const over = streams.find((stream) => epochs.get(stream) !== epoch);
    if (over !== undefined) throw leaseOver(over, epoch, epochs.get(over));
  };
  const forget = new Set<() => void>();
  const listen = (key: string, heard: () => void): (() => void) => {
    requireOpen();
    const end = queue.listen(key, heard);
    forget.add(end);
    return () => {
      forget.delete(end);
      end();
    };
  };
  return {
    spec: 'transport/1',
    name: 'memory',
    capabilities: { durable: false, shared: true, lossMs: queue.lossMs },
    enqueue: async (epoch, jobs) => {
      await requireLease(
        epoch,
        jobs.map(({ stream }) => stream),
      );
      queue.enqueue(jobs);
    },
    claim: async (models, slots) => {
      requireOpen();
      return queue.claim(models, slots);
    },
    heartbeat: async (claim) => {
      requireOpen();
      return queue.heartbeat(claim);
    },
    settle: async (claim, reply: Mail) => {
      requireOpen();
      if (!queue.settle(claim, reply.id)) {
        if (queue.isSettledBy(claim, reply.id)) return;
        throw claimOver(claim);
      }
      await mail.put(claim.job.stream, reply);
      queue.tell(claim.job.stream);
    },
    withdraw: async (epoch, stream, ids) => {
      await requireLease(epoch, [stream]);
      return queue.withdraw(ids);
    },
    standing: async (ids) => {
      requireOpen();
      return queue.standing(ids);
    },
    whenQueued: (heard) => listen(QUEUED, heard),
    whenSettled: listen,
    close: async () => {
      if (closed) return;
      closed = true;
      for (const end of forget) end();
      await store.close();
    },
  };
}

function leaseOver(stream: string, epoch: number, now: number | undefined): StoreError {
  const words =
    now === undefined ? `Nobody holds the lease of ${stream}` : `${stream} is at epoch ${now}`;
  return new StoreError(
    'store.fenced',
    `${words}, so epoch ${epoch} may neither send calls nor take them back: stop, and acquire the lease again.`,
  );
}

function claimOver({ job, fence }: JobClaim): StoreError {
  return new StoreError(
    'store.fenced',
    `Claim ${fence} of call ${job.id} is over: another worker has it, or it was settled or taken back. Leave the call alone; nothing of this reply is kept.`,
  );
}

/** No stream has this name. */
const QUEUED = '';

/** Ended jobs that are remembered, so that none is enqueued a second time. */
const ENDED = 10_000;

interface Entry {
  readonly job: ModelJob;
  claims: number;
  /** Until when the claim lasts, by what has elapsed; `undefined` while it waits. */
  untilAt: number | undefined;
}

/** The jobs of one process. */
class JobQueue {
  readonly lossMs: number;
  readonly #clock: Clock;
  readonly #open = new Map<string, Entry>();
  /** By id, with the claim and the reply that ended it; `undefined` where it was taken back. */
  readonly #ended = new Map<string, string | undefined>();
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(lossMs: number, clock: Clock) {
    this.lossMs = lossMs;
    this.#clock = clock;
  }

  enqueue(jobs: readonly ModelJob[]): void {
    for (const job of jobs) {
      if (this.#open.has(job.id) || this.#ended.has(job.id)) continue;
      this.#open.set(job.id, { job: structuredClone(job), claims: 0, untilAt: undefined });
    }
    this.tell(QUEUED);
  }

  claim(models: readonly string[], slots: number): readonly JobClaim[] {
    const claims: JobClaim[] = [];
    for (const entry of this.#open.values()) {
      if (claims.length >= slots) break;
      if (this.#isHeld(entry) || !models.includes(entry.job.model)) continue;
      entry.claims += 1;
      entry.untilAt = this.#clock.elapsed() + this.lossMs;
      claims.push({ job: entry.job, fence: entry.claims });
    }
    return claims;
  }

  heartbeat(claim: JobClaim): boolean {
    const entry = this.#heldBy(claim);
    if (entry === undefined) return false;
    entry.untilAt = this.#clock.elapsed() + this.lossMs;
    return true;
  }

  settle(claim: JobClaim, reply: string): boolean {
    if (this.#heldBy(claim) === undefined) return false;
    this.#end(claim.job.id, endOf(claim, reply));
    return true;
  }

  isSettledBy(claim: JobClaim, reply: string): boolean {
    return this.#ended.get(claim.job.id) === endOf(claim, reply);
  }

  withdraw(ids: readonly string[]): readonly WithdrawnJob[] {
    return ids.flatMap((id) => {
      const entry = this.#open.get(id);
      this.#end(id);
      return entry === undefined ? [] : [{ id, wasClaimed: entry.claims > 0 }];
    });
  }

  standing(ids: readonly string[]): ReadonlyMap<string, JobStanding> {
    return new Map(
      ids.flatMap((id): (readonly [string, JobStanding])[] => {
        const entry = this.#open.get(id);
        return entry === undefined ? [] : [[id, this.#isHeld(entry) ? 'claimed' : 'waiting']];
      }),
    );
  }

  listen(key: string, heard: () => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners);
    listeners.add(heard);
    return () => {
      listeners.delete(heard);
      if (listeners.size === 0) this.#listeners.delete(key);
    };
  }

  tell(key: string): void {
    for (const heard of this.#listeners.get(key) ?? []) heard();
  }

  #isHeld({ untilAt }: Entry): boolean {
    return untilAt !== undefined && untilAt > this.#clock.elapsed();
  }

  /** A claim that ran out counts until somebody else has the job. */
  #heldBy({ job, fence }: JobClaim): Entry | undefined {
    const entry = this.#open.get(job.id);
    return entry?.claims === fence ? entry : undefined;
  }

  #end(id: string, by?: string): void {
    this.#open.delete(id);
    if (!this.#ended.has(id)) this.#ended.set(id, by);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }
}

function endOf({ fence }: JobClaim, reply: string): string {
  return `${fence} ${reply}`;
}
