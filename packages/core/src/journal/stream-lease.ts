import { StoreError } from '../errors/store-error.ts';
import type { Clock } from '../internal/clock.ts';
import { currentHolder } from '../internal/process-identity.ts';
import { sleep } from '../internal/sleep.ts';
import type { LeaseAnswer, LeaseHolder, StateStore } from '../spec/store.ts';

/** How often, within one life of a lease, its holder says that it lives. */
const RENEWALS = 3;

/** Whose lease it is to be, and on what. */
export interface LeaseWish {
  readonly store: StateStore;
  readonly stream: string;
  readonly clock: Clock;
  /** For messages to people, such as the name of a node. */
  readonly name: string;
}

/** How to wait for a lease that another holds. */
export interface LeaseWait {
  /** How often to ask, in ms. */
  readonly pollMs: number;
  readonly signal: AbortSignal | undefined;
  /** Hears once of each holder that is waited for. */
  readonly waiting: (holder: LeaseHolder) => void;
}

type Held = Extract<LeaseAnswer, { kind: 'held' }>;
type Busy = Extract<LeaseAnswer, { kind: 'busy' }>;

/**
 * The leave to write one stream, kept for as long as it is held. Where leases run out, it renews itself; once it is taken
 * over, or could not be renewed for as long as it lasts, it is lost, and its holder must act no more.
 */
export class StreamLease {
  readonly epoch: number;
  /** Who held it and did not give it back. */
  readonly from: LeaseHolder | undefined;
  readonly #wish: LeaseWish;
  #renewedAt: number;
  #cancel: (() => void) | undefined;
  #released = false;
  #lost: StoreError | undefined;
  #onLost: ((error: StoreError) => void) | undefined;

  private constructor(wish: LeaseWish, held: Held, askedAt: number) {
    this.#wish = wish;
    this.epoch = held.epoch;
    this.from = held.from;
    this.#renewedAt = askedAt;
    this.#next();
  }

  static async #try(wish: LeaseWish): Promise<StreamLease | Busy> {
    const askedAt = wish.clock.elapsed();
    const answer = await wish.store.leases.acquire(wish.stream, currentHolder(wish.name));
    return answer.kind === 'busy' ? answer : new StreamLease(wish, answer, askedAt);
  }

  /** Takes the lease. Throws `StoreError` `store.busy` while another holds it. */
  static async take(wish: LeaseWish): Promise<StreamLease> {
    const taken = await StreamLease.#try(wish);
    if (taken instanceof StreamLease) return taken;
    throw busyError(wish, taken);
  }

  /**
   * Takes the lease as soon as nobody else holds it; where the store cannot be reached it is asked again. Throws what the signal says when
   * it aborts, and what else the store refuses with.
   */
  static async await(wish: LeaseWish, wait: LeaseWait): Promise<StreamLease> {
    let seen: string | undefined;
    for (;;) {
      wait.signal?.throwIfAborted();
      const taken = await StreamLease.#try(wish).catch(unlessItPasses);
      if (taken instanceof StreamLease) return taken;
      if (taken === undefined) {
        await sleep(wait.pollMs, wish.clock, wait.signal);
        continue;
      }
      const who = JSON.stringify(taken.holder);
      if (who !== seen) wait.waiting(taken.holder);
      seen = who;
      await sleep(wait.pollMs, wish.clock, wait.signal);
    }
  }

  /** What its holder is called in messages. */
  get name(): string {
    return this.#wish.name;
  }

  /** Calls back once when it is lost; at once when it is already. There is one such listener. */
  whenLost(listener: (error: StoreError) => void): void {
    this.#onLost = listener;
    if (this.#lost !== undefined) listener(this.#lost);
  }

  /**
   * Looks at the clock: where the lease may have run out since it was last renewed, as in a process that was frozen, it is lost, and
   * whoever listens hears of it before this returns.
   */
  look(): void {
    const { store, clock } = this.#wish;
    const { leaseMs } = store.capabilities;
    if (leaseMs === undefined || clock.elapsed() - this.#renewedAt < leaseMs) return;
    this.#lose(unheardError(this.#wish, leaseMs));
  }

  /** Gives it back, so that another may have it at once. Never rejects. */
  async release(): Promise<void> {
    this.#released = true;
    this.#cancel?.();
    const { store, stream } = this.#wish;
    await store.leases.release(stream, this.epoch).catch(() => undefined);
  }

  #next(): void {
    const { store, clock } = this.#wish;
    const { leaseMs } = store.capabilities;
    if (leaseMs === undefined || store.leases.renew === undefined) return;
    this.#cancel = clock.after(leaseMs / RENEWALS, () => void this.#renew(leaseMs));
  }

  async #renew(leaseMs: number): Promise<void> {
    const { store, stream, clock } = this.#wish;
    const askedAt = clock.elapsed();
    // An answer that does not come must not keep a lease that has run out meanwhile.
    const overdue = clock.after(Math.max(0, this.#renewedAt + leaseMs - askedAt), () =>
      this.#lose(unheardError(this.#wish, leaseMs)),
    );
    const answer = await store.leases
      .renew?.(stream, this.epoch)
      .catch((error: unknown) => ({ error }));
    if (this.#released || this.#lost !== undefined) {
      overdue();
      return;
    }
    if (answer === false) this.#lose(takenError(this.#wish, this.epoch));
    else if (answer === true) this.#renewedAt = askedAt;
    else if (clock.elapsed() - this.#renewedAt >= leaseMs) {
      this.#lose(unheardError(this.#wish, leaseMs, answer?.error));
    }
    overdue();
    if (this.#lost === undefined) this.#next();
  }

  #lose(error: StoreError): void {
    if (this.#released || this.#lost !== undefined) return;
    this.#lost = error;
    this.#cancel?.();
    this.#onLost?.(error);
  }
}

/** A server that is lost, or about to be promoted, may answer the next time. */
function unlessItPasses(error: unknown): undefined {
  const code = StoreError.is(error) ? error.code : undefined;
  if (code === 'store.unreachable' || code === 'store.read-only') return undefined;
  throw error;
}

function busyError({ store, stream }: LeaseWish, { holder, since }: Busy): StoreError {
  const { name, pid } = holder;
  const at = new Date(since).toISOString();
  const words =
    store.capabilities.leaseMs === undefined
      ? `${store.name} is busy: process ${pid} has worked on it since ${at}. End that process first (kill ${pid}); what it leaves can be resumed from here.`
      : `${stream} of ${store.name} is busy: ${name} (process ${pid}) has worked on it since ${at}. Wait for it (standby), or end that process; what it leaves can be resumed from here.`;
  return new StoreError('store.busy', words);
}

function takenError({ store, stream }: LeaseWish, epoch: number): StoreError {
  return new StoreError(
    'store.fenced',
    `Another overseer has taken over ${stream} of ${store.name}: epoch ${epoch} is over, and nothing more is written under it. What was acknowledged is kept; the other one goes on with it.`,
  );
}

function unheardError({ store, stream }: LeaseWish, leaseMs: number, cause?: unknown): StoreError {
  return new StoreError(
    'store.unreachable',
    `The lease of ${stream} could not be renewed in ${store.name} for ${leaseMs} ms, so that another may have it: nothing more is begun here. Create another overseer once the store answers again; what was acknowledged is kept.`,
    { cause },
  );
}
