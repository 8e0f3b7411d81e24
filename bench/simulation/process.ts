import type { Clock } from '@overseer/core/plugin';
import type { FakeClock } from '@overseer/core/testing';

/** What befalls a process: after so many moments at which it could. */
export interface Fate {
  readonly dieAfter?: number | undefined;
  readonly freezeAfter?: number | undefined;
}

/** Who hears what befalls it. */
export interface FateListener {
  died(): void;
  froze(process: SimulatedProcess): void;
}

/**
 * One life of a process, the kernel's or a worker's. When it dies, its timers never ring, and whatever it waits for never comes;
 * what it still computes reaches nobody. While it is frozen, as by SIGSTOP, the same holds until it is thawed: then all of it comes late.
 */
export class SimulatedProcess {
  readonly #clock: FakeClock;
  readonly #listener: FateListener;
  readonly #timers: Set<() => void> = new Set();
  /** What came due while it was frozen, in order. */
  readonly #due: Set<() => void> = new Set();
  #left: number | undefined;
  #untilFrozen: number | undefined;
  #thawed: PromiseWithResolvers<void> | undefined;
  #alive = true;
  readonly #gone = Promise.withResolvers<void>();

  constructor(clock: FakeClock, { dieAfter, freezeAfter }: Fate, listener: FateListener) {
    this.#clock = clock;
    this.#left = dieAfter;
    this.#untilFrozen = freezeAfter;
    this.#listener = listener;
  }

  /** Whether it lives and goes on. */
  get running(): boolean {
    return this.#alive && !this.frozen;
  }

  get frozen(): boolean {
    return this.#thawed !== undefined;
  }

  /** Whether it was ever frozen. */
  wasFrozen = false;
  /** For how long it is frozen once it is, in ms. */
  frozenMs = 0;

  get alive(): boolean {
    return this.#alive;
  }

  /** Resolves when it has ended, or died. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Timers that wait. */
  get timers(): number {
    return this.#timers.size;
  }

  /** The clock as this process sees it. */
  get clock(): Clock {
    return {
      now: () => this.#clock.now(),
      elapsed: () => this.#clock.elapsed(),
      after: (delayMs, callback) => {
        if (!this.#alive) return () => undefined;
        const ring = (): void => {
          this.#timers.delete(cancel);
          if (this.#alive) callback();
        };
        const cancel = this.#clock.after(delayMs, () => this.#ring(ring));
        this.#timers.add(cancel);
        return () => {
          this.#timers.delete(cancel);
          this.#due.delete(ring);
          cancel();
        };
      },
    };
  }

  /** A moment at which the process may die; resolves when it lives on, and never when it does not. */
  async survive(): Promise<void> {
    if (this.#alive && this.#left !== undefined) {
      this.#left -= 1;
      if (this.#left <= 0) this.die();
    }
    if (this.#alive && this.#untilFrozen !== undefined) {
      this.#untilFrozen -= 1;
      if (this.#untilFrozen <= 0) this.freeze();
    }
    await this.goesOn();
  }

  /** Resolves at once, or when it is thawed; never when it is dead. */
  async goesOn(): Promise<void> {
    while (this.#thawed !== undefined) await this.#thawed.promise;
    if (!this.#alive) await new Promise<never>(() => undefined);
  }

  /** Stops it, until it is thawed. */
  freeze(): void {
    if (!this.running) return;
    this.#untilFrozen = undefined;
    this.#thawed = Promise.withResolvers();
    this.wasFrozen = true;
    this.#listener.froze(this);
  }

  /** Lets it go on: what came due meanwhile comes at once, and what it waited for. */
  thaw(): void {
    const thawed = this.#thawed;
    this.#thawed = undefined;
    thawed?.resolve();
    for (const ring of [...this.#due]) if (this.#due.delete(ring)) ring();
  }

  #ring(ring: () => void): void {
    if (this.frozen) this.#due.add(ring);
    else ring();
  }

  /** Ends the process here and now. */
  die(): void {
    if (!this.#alive) return;
    this.end();
    this.#listener.died();
  }

  /** Ends it as a closed process ends: nothing of it is left. */
  end(): void {
    this.#alive = false;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#due.clear();
    this.#gone.resolve();
  }

  /** Waits as something does that hears no signal; its timer is its own and not counted. */
  async hang(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#clock.after(ms, () =>
        this.#ring(() => {
          if (this.#alive) resolve();
        }),
      );
    });
  }

  /** Waits; rejects with the reason of `signal` when that is aborted. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw signal.reason;
    if (!this.#alive) await new Promise<never>(() => undefined);
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.clock.after(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
