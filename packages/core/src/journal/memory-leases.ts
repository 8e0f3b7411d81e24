import { isAlive } from '../internal/process-identity.ts';
import type { LeaseAnswer, LeaseHolder, StandingLease } from '../spec/store.ts';

interface Lease {
  readonly epoch: number;
  /** `undefined` once it was given back. */
  readonly holder: LeaseHolder | undefined;
  readonly since: number;
  /** When it runs out. */
  readonly until: number;
}

/** What all leases go by that last as long as their holders live: there is only one then, whatever its name. */
const WHOLE_STORE = '';

/** The leases of a memory store: one for all of it, or one for each stream where they run out. */
export class MemoryLeases {
  readonly #leaseMs: number | undefined;
  readonly #leases = new Map<string, Lease>();
  #lastEpoch = 0;

  constructor(leaseMs: number | undefined) {
    this.#leaseMs = leaseMs;
  }

  acquire(name: string, holder: LeaseHolder, now: number): LeaseAnswer {
    const key = this.#keyOf(name);
    const before = this.#leases.get(key);
    if (before?.holder !== undefined && this.#lasts(before, now)) {
      return { kind: 'busy', holder: before.holder, since: before.since };
    }
    const epoch = ++this.#lastEpoch;
    this.#leases.set(key, { epoch, holder, since: now, until: now + (this.#leaseMs ?? 0) });
    return {
      kind: 'held',
      epoch,
      ...(before?.holder === undefined ? {} : { from: before.holder }),
    };
  }

  renew(name: string, epoch: number, now: number): boolean {
    const lease = this.#leases.get(this.#keyOf(name));
    if (lease?.holder === undefined || lease.epoch !== epoch) return false;
    this.#leases.set(this.#keyOf(name), { ...lease, until: now + (this.#leaseMs ?? 0) });
    return true;
  }

  standing(now: number): readonly StandingLease[] {
    return [...this.#leases].flatMap(([name, lease]) =>
      lease.holder !== undefined && this.#lasts(lease, now)
        ? [{ name, holder: lease.holder, epoch: lease.epoch, since: lease.since }]
        : [],
    );
  }

  release(name: string, epoch: number): void {
    const lease = this.#leases.get(this.#keyOf(name));
    if (lease?.epoch !== epoch) return;
    this.#leases.set(this.#keyOf(name), { ...lease, holder: undefined });
  }

  /** Why a writer with that epoch may not write this stream now; `undefined` where it may. */
  refusal(stream: string, epoch: number): string | undefined {
    const guard = this.#leases.get(this.#keyOf(stream));
    const admits = ({ epoch: held, holder }: Lease): boolean =>
      holder !== undefined && held === epoch;
    if (guard === undefined ? [...this.#leases.values()].some(admits) : admits(guard))
      return undefined;
    return guard?.holder === undefined
      ? `Nobody holds the lease of ${stream}, so epoch ${epoch} may not write: acquire the lease first.`
      : `The lease of ${stream} is at epoch ${guard.epoch} and held by ${guard.holder.name}, so epoch ${epoch} may not write: stop, and acquire it again.`;
  }

  #keyOf(name: string): string {
    return this.#leaseMs === undefined ? WHOLE_STORE : name;
  }

  #lasts({ holder, until }: Lease, now: number): boolean {
    if (this.#leaseMs !== undefined) return now < until;
    return holder !== undefined && isAlive(holder);
  }
}
