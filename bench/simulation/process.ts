import type { Clock } from '@overseer/core/plugin';
import type { FakeClock } from '@overseer/core/testing';

/**
 * One life of the kernel's process. When it dies, its timers never ring, and whatever it waits for never comes; what it
 * still computes reaches nobody.
 */
export class SimulatedProcess {
  readonly #clock: FakeClock;
  readonly #onDeath: () => void;
  readonly #timers: Set<() => void> = new Set();
  #left: number | undefined;
  #alive = true;

  /** `dieAfter` moments at which it could die, it does. */
  constructor(clock: FakeClock, dieAfter: number | undefined, onDeath: () => void) {
    this.#clock = clock;
    this.#left = dieAfter;
    this.#onDeath = onDeath;
  }

  get alive(): boolean {
    return this.#alive;
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
        const cancel = this.#clock.after(delayMs, () => {
          this.#timers.delete(cancel);
          if (this.#alive) callback();
        });
        this.#timers.add(cancel);
        return () => {
          this.#timers.delete(cancel);
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
    if (!this.#alive) await new Promise<never>(() => undefined);
  }

  /** Ends the process here and now. */
  die(): void {
    if (!this.#alive) return;
    this.end();
    this.#onDeath();
  }

  /** Ends it as a closed process ends: nothing of it is left. */
  end(): void {
    this.#alive = false;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  /** Waits as something does that hears no signal; its timer is its own and not counted. */
  async hang(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#clock.after(ms, () => {
        if (this.#alive) resolve();
      });
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
