import type { Clock } from '../internal/clock.ts';

/** A timer cannot be set further ahead than this. */
const LONGEST_HOP_MS = 2 ** 31 - 1;

/** Says when turns are had: soon after any number of calls of `wake`, and at the time that the latest turn asked for. */
export class Turns {
  readonly #clock: Clock;
  readonly #turn: (nowMs: number) => number;
  #awake = false;
  #closed = false;
  #cancelTimer: (() => void) | undefined;

  /** `turn` gives when to have the next one, in ms since the epoch; infinity waits for `wake`. */
  constructor(clock: Clock, turn: (nowMs: number) => number) {
    this.#clock = clock;
    this.#turn = turn;
  }

  wake(): void {
    if (this.#awake || this.#closed) return;
    this.#awake = true;
    queueMicrotask(() => {
      this.#awake = false;
      if (this.#closed) return;
      const nowMs = this.#clock.now();
      this.#arm(this.#turn(nowMs), nowMs);
    });
  }

  /** Has no more turns. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
  }

  #arm(wakeAt: number, nowMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#closed || wakeAt === Number.POSITIVE_INFINITY) return;
    const delay = Math.min(Math.max(1, Math.ceil(wakeAt - nowMs)), LONGEST_HOP_MS);
    this.#cancelTimer = this.#clock.after(delay, () => this.wake());
  }
}
