import type { Graduated } from '../spec/limit.ts';

/** From this part of its capacity on, use says that more would be used. */
const BUSY = 0.8;

/** How far a limit that begins low has risen: up by a step after calls that succeed at high use, half at a refusal. */
export class Grade {
  readonly #from: number;
  readonly #step: number;
  readonly #after: number;
  #part: number;
  #successes = 0;

  constructor({ from, step = 0.1, after = 10 }: Graduated) {
    this.#from = from;
    this.#step = step;
    this.#after = after;
    this.#part = from;
  }

  /** Whether it is above its beginning, or on the way to its next step. */
  get hasRisen(): boolean {
    return this.#part > this.#from || this.#successes > 0;
  }

  /** The same as it stands, for forecasts: changes to one are not seen by the other. */
  clone(): Grade {
    const copy = new Grade({ from: this.#from, step: this.#step, after: this.#after });
    copy.#part = this.#part;
    copy.#successes = this.#successes;
    return copy;
  }

  /** What of a capacity may be used now; at least 1. */
  of(capacity: number): number {
    // Sums of decimal steps end a little below the whole.
    return Math.max(1, Math.floor(capacity * this.#part + 1e-6));
  }

  /** A call succeeded while this much of what may be used was used. */
  succeeded(used: number, capacity: number): void {
    if (this.#part >= 1 || used < BUSY * capacity) return;
    this.#successes += 1;
    if (this.#successes < this.#after) return;
    this.#successes = 0;
    this.#part = Math.min(1, this.#part + this.#step);
  }

  /** The provider said that this was too much. */
  refused(): void {
    this.#successes = 0;
    this.#part = Math.max(this.#from, this.#part / 2);
  }
}
