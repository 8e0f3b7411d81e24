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
  /** When the timer rings, by what has elapsed, so that nobody's setting of the clock moves it. */
  #dueAt = 0;

  /** `turn` gives when to have the next one, in ms since the epoch; infinity waits for `wake`. */
  constructor(clock: Clock, turn: (nowMs: number) => number) {
    this.#clock = clock;
    this.#turn = turn;
  }

  wake(): void {
    if (this.#awake || this.#closed) return;
    this.#awake = true;
    queueMicrotask(this.#take);
  }

  readonly #take = (): void => {
    this.#awake = false;
    if (this.#closed) return;
    const nowMs = this.#clock.now();
    this.#arm(this.#turn(nowMs), nowMs);
  };

  /** Has no more turns. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
  }

  /** A timer that comes no later is left as it is: most turns ask for moments that are far away, and never come. */
  #arm(wakeAt: number, nowMs: number): void {
    const isWanted = !this.#closed && wakeAt !== Number.POSITIVE_INFINITY;
    const delay = Math.min(Math.max(1, Math.ceil(wakeAt - nowMs)), LONGEST_HOP_MS);
    const dueAt = this.#clock.elapsed() + delay;
    if (isWanted && this.#cancelTimer !== undefined && this.#dueAt <= dueAt) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (!isWanted) return;
    this.#dueAt = dueAt;
    this.#cancelTimer = this.#clock.after(delay, this.#ring);
  }

  readonly #ring = (): void => {
    this.#cancelTimer = undefined;
    this.wake();
  };
}
