import type { Clock } from '../internal/clock.ts';

/** A clock that goes forward by less than this, in ms, is taken to be right: clocks are corrected by a little all the time. */
const TOLERANCE_MS = 5_000;

/** Sees a clock being set forward, by the time that goes by meanwhile. A machine that slept is none. */
export class ClockWatch {
  readonly #clock: Clock;
  /** What the clock shows beyond what went by, as far as was looked. */
  #ahead: number;
  #asleep: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ahead = clock.now() - clock.elapsed();
    this.#asleep = this.#sleptMs();
  }

  /** By how many ms the clock was set forward since it was last looked at; 0 where it was not. */
  look(): number {
    const ahead = this.#clock.now() - this.#clock.elapsed();
    const byMs = ahead - this.#ahead;
    // The next step forward of one that was set back is another one.
    if (byMs < 0) this.#ahead = ahead;
    if (byMs < TOLERANCE_MS) return 0;
    const asleep = this.#sleptMs();
    const jumpMs = Math.round(byMs - Math.max(0, asleep - this.#asleep));
    this.#ahead = ahead;
    this.#asleep = asleep;
    return jumpMs < TOLERANCE_MS ? 0 : jumpMs;
  }

  #sleptMs(): number {
    const elapsed = this.#clock.elapsed();
    return (this.#clock.awakeAndAsleep?.() ?? elapsed) - elapsed;
  }
}
