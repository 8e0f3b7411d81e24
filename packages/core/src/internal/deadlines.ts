import type { Clock } from './clock.ts';

/** How late a deadline may be noticed. */
const TICK_MS = 100;

/** One deadline, for whoever takes it back. */
export interface Deadline {
  /** By what has elapsed, so that nobody's setting of the clock moves it. */
  readonly at: number;
  readonly passed: () => void;
}

interface Entry extends Deadline {
  before: Entry | undefined;
  after: Entry | undefined;
  isSet: boolean;
}

/**
 * Deadlines of many short pieces of work behind one timer: adding and removing one costs next to nothing, and a
 * deadline is noticed at most 100 ms late. The timer runs only while there are any.
 */
export class Deadlines {
  readonly #clock: Clock;
  /** A list that is linked both ways: most deadlines are taken back soon, from anywhere in it. */
  #first: Entry | undefined;
  #cancelTick: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back once `delayMs` have passed, unless the deadline is removed before. */
  add(delayMs: number, passed: () => void): Deadline {
    const first = this.#first;
    const at = this.#clock.elapsed() + delayMs;
    const entry: Entry = { at, passed, before: undefined, after: first, isSet: true };
    if (first !== undefined) first.before = entry;
    this.#first = entry;
    if (this.#cancelTick === undefined) this.#tick();
    return entry;
  }

  /** Takes a deadline back; does nothing for one that has passed. */
  remove(deadline: Deadline): void {
    this.#unlink(deadline as Entry);
    if (this.#first === undefined) this.#stopTicking();
  }

  /** Forgets all deadlines and stops the timer. */
  close(): void {
    for (let entry = this.#first; entry !== undefined; entry = this.#first) this.#unlink(entry);
    this.#stopTicking();
  }

  #unlink(entry: Entry): void {
    if (!entry.isSet) return;
    entry.isSet = false;
    const { before, after } = entry;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after !== undefined) after.before = before;
  }

  #stopTicking(): void {
    this.#cancelTick?.();
    this.#cancelTick = undefined;
  }

  #tick(): void {
    this.#cancelTick = this.#clock.after(TICK_MS, () => {
      this.#pass(this.#clock.elapsed());
      this.#cancelTick = undefined;
      if (this.#first !== undefined) this.#tick();
    });
  }

  #pass(nowMs: number): void {
    const due: Entry[] = [];
    for (let entry = this.#first; entry !== undefined; entry = entry.after) {
      if (entry.at <= nowMs) due.push(entry);
    }
    // Oldest first; one that passes may take others back.
    for (const entry of due.reverse()) {
      if (!entry.isSet) continue;
      this.#unlink(entry);
      entry.passed();
    }
  }
}
