import { isAlive } from '../internal/process-identity.ts';
import type { LeaseAnswer, LeaseHolder } from '../spec/store.ts';

interface Held {
  readonly name: string;
  readonly holder: LeaseHolder;
  readonly since: number;
}

/** The one lease of a memory store. */
export class MemoryLease {
  #epoch = 0;
  #held: Held | undefined;

  acquire(name: string, holder: LeaseHolder, now: number): LeaseAnswer {
    const before = this.#held;
    if (before !== undefined && isAlive(before.holder)) {
      return { kind: 'busy', holder: before.holder, since: before.since };
    }
    this.#held = { name, holder, since: now };
    this.#epoch++;
    return {
      kind: 'held',
      epoch: this.#epoch,
      ...(before === undefined ? {} : { from: before.holder }),
    };
  }

  release(name: string, epoch: number): void {
    if (this.#held?.name === name && this.#epoch === epoch) this.#held = undefined;
  }

  /** Whether a writer with that epoch may write now. */
  admits(epoch: number): boolean {
    return this.#held !== undefined && this.#epoch === epoch;
  }

  /** Says why a writer with that epoch may not write. */
  explain(epoch: number): string {
    return this.#held === undefined
      ? `Nobody holds the lease of this store, so epoch ${epoch} may not write: acquire the lease first.`
      : `The lease is at epoch ${this.#epoch} and held by ${this.#held.holder.name}, so epoch ${epoch} may not write: stop, and acquire it again.`;
  }
}
