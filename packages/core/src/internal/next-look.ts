import type { Clock } from './clock.ts';

/** The longest hop of a timer, in ms. */
const LONGEST_MS = 2 ** 31 - 1;
/** Nobody looks more often than this, in ms. */
const SHORTEST_MS = 1_000;

/** The look of a watch that comes again as long as there is something to watch: one timer at most, and none once it is closed. */
export class NextLook {
  readonly #clock: Clock;
  readonly #look: () => void;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  constructor(clock: Clock, look: () => void) {
    this.#clock = clock;
    this.#look = look;
  }

  /** Looks once in `delayMs`, within a second and what a timer can, unless a look is due already or it is closed. */
  after(delayMs: number): void {
    if (this.#cancel !== undefined || this.#isClosed) return;
    const hopMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, delayMs));
    this.#cancel = this.#clock.after(hopMs, () => {
      this.#cancel = undefined;
      this.#look();
    });
  }

  /** Takes back the look that is due. */
  rest(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Looks no more at all. */
  close(): void {
    this.#isClosed = true;
    this.rest();
  }
}
