import type { Clock } from '../internal/clock.ts';
import type { ReservationStore } from '../spec/reservation-store.ts';

/** What a reservation used; `undefined` for nothing. */
type Amounts = Readonly<Record<string, number>> | undefined;

/** The first wait after a settlement that failed, and the longest, in ms. */
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Settlements that wait; those that would be more are left to the end of their windows and of this process. */
const MOST = 10_000;

/** Tells a store what reservations came to, again and again until it is told: what is not settled holds places. */
export class JointSettlements {
  readonly #store: ReservationStore;
  readonly #clock: Clock;
  /** Those that failed. */
  readonly #left = new Map<string, Amounts>();
  readonly #underWay = new Set<Promise<void>>();
  #failures = 0;
  #cancel: (() => void) | undefined;

  constructor(store: ReservationStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Replaces what a reservation took by what was used, some time soon. */
  settle(id: string, amounts: Amounts): void {
    const work = this.#tell(id, amounts);
    this.#underWay.add(work);
    void work.then(() => this.#underWay.delete(work));
  }

  /** Gives all back, some time soon. */
  release(id: string): void {
    this.settle(id, undefined);
  }

  /** Gives all back; resolves when that was told, or when it could not be and waits to be told again. */
  releaseNow(id: string): Promise<void> {
    return this.#tell(id, undefined);
  }

  /** Tells once more what is left, and then no more. */
  async close(): Promise<void> {
    this.#cancel?.();
    await Promise.all(this.#underWay);
    const left = [...this.#left];
    await Promise.allSettled(left.map(([id, amounts]) => this.#store.settle(id, amounts)));
    this.#cancel?.();
  }

  /** Never rejects. */
  async #tell(id: string, amounts: Amounts): Promise<void> {
    try {
      await this.#store.settle(id, amounts);
      this.#left.delete(id);
      this.#failures = 0;
    } catch {
      if (this.#left.size < MOST) this.#left.set(id, amounts);
      this.#later();
    }
  }

  #later(): void {
    if (this.#cancel !== undefined) return;
    const waitMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#cancel = undefined;
      void this.#tellLeft();
    });
  }

  /** One finds out for all whether the store is back. */
  async #tellLeft(): Promise<void> {
    const [first, ...others] = this.#left;
    if (first === undefined) return;
    await this.#tell(...first);
    if (this.#left.has(first[0])) return;
    for (const [id, amounts] of others) this.settle(id, amounts);
  }
}
