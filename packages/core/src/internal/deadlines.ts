import type { Clock } from './clock.ts';

/** How late a deadline may be noticed. */
const TICK_MS = 100;

interface Entry {
  readonly at: number;
  readonly passed: () => void;
}

/**
 * Deadlines of many short pieces of work behind one timer: adding and removing one costs next to nothing, and a
 * deadline is noticed at most 100 ms late. The timer runs only while there are any.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #entries = new Set<Entry>();
  #cancelTick: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back once `delayMs` have passed; the returned function takes that back. */
  add(delayMs: number, passed: () => void): () => void {
    const entry: Entry = { at: this.#clock.now() + delayMs, passed };
    this.#entries.add(entry);
    if (this.#cancelTick === undefined) this.#tick();
    return () => {
      this.#entries.delete(entry);
      if (this.#entries.size === 0) this.#stopTicking();
    };
  }

  /** Forgets all deadlines and stops the timer. */
  close(): void {
    this.#entries.clear();
    this.#stopTicking();
  }

  #stopTicking(): void {
    this.#cancelTick?.();
    this.#cancelTick = undefined;
  }

  #tick(): void {
    this.#cancelTick = this.#clock.after(TICK_MS, () => {
      const nowMs = this.#clock.now();
      for (const entry of [...this.#entries]) {
        if (entry.at > nowMs) continue;
        this.#entries.delete(entry);
        entry.passed();
      }
      this.#cancelTick = undefined;
      if (this.#entries.size > 0) this.#tick();
    });
  }
}
