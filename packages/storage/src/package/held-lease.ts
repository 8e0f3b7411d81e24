import { currentHolder, StoreError, systemClock } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';

/** How often a lease is taken at most to raise its epoch. */
const MOST_TAKINGS = 10_000;

/** An epoch that no store comes to: a taking each ms for 9,000 years. */
const IMPOSSIBLE = 2 ** 48;

/** The lease of a stream while something is imported into it. */
export class HeldLease {
  readonly name: string;
  readonly epoch: number;
  readonly #store: StateStore;
  #renewedAt: number;

  private constructor(store: StateStore, name: string, epoch: number) {
    this.#store = store;
    this.name = name;
    this.epoch = epoch;
    this.#renewedAt = systemClock.now();
  }

  /**
   * Takes it, as often as it needs for an epoch above `above`, so that whoever works there next has one that no event has.
   * Throws `StoreError` `store.busy`, and `store.conflict` for an epoch that is none.
   */
  static async take(store: StateStore, name: string, above: number): Promise<HeldLease> {
    if (above >= IMPOSSIBLE) {
      throw new StoreError(
        'store.conflict',
        `The package says epoch ${above} of ${name}, which no store ever gave: nobody could work there after it. Nothing of that stream was imported; export it anew from where it came.`,
      );
    }
    for (let taken = 1; ; taken++) {
      const answer = await store.leases.acquire(name, currentHolder('import'));
      if (answer.kind === 'busy') {
        throw new StoreError(
          'store.busy',
          `${answer.holder.name} (process ${answer.holder.pid}) works on ${store.name}: close it, then import again.`,
        );
      }
      if (answer.epoch > above || taken >= MOST_TAKINGS) {
        return new HeldLease(store, name, answer.epoch);
      }
      await store.leases.release(name, answer.epoch);
    }
  }

  /** Says that it is still needed, where leases run out. Throws `StoreError` `store.fenced` where it is lost. */
  async keep(): Promise<void> {
    const { leases, capabilities, name } = this.#store;
    if (capabilities.leaseMs === undefined || leases.renew === undefined) return;
    const now = systemClock.now();
    if (now - this.#renewedAt < capabilities.leaseMs / 3) return;
    if (!(await leases.renew(this.name, this.epoch))) {
      throw new StoreError(
        'store.fenced',
        `Somebody else took the lease ${this.name} of ${name} during the import: close it there, then import again.`,
      );
    }
    this.#renewedAt = now;
  }

  async release(): Promise<void> {
    await this.#store.leases.release(this.name, this.epoch);
  }
}
