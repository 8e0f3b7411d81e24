import { ModelError } from '../errors/model-error.ts';
import { Cancellation, type Stop } from '../internal/cancellation.ts';
import type { Clock } from '../internal/clock.ts';
import type { Deadline, Deadlines } from '../internal/deadlines.ts';

/** The longest that a call takes, in ms, where nobody said and it may not be silent for longer. */
const LONGEST_MS = 86_400_000;
/** What a silent call gets on top. */
const GRACE_MS = 5_000;

/** How long a call may be silent, and who stops it before. */
export interface LifeBounds {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly holdMs: number;
  /** How long it may take in all, in ms; a day where left out. */
  readonly longestMs?: number | undefined;
  readonly cancel: Cancellation;
  /** What is called, in words. */
  readonly what: string;
}

/** What a call gets: the signal it has to heed, and what it has to say at each sign of life. */
export interface LifeLine {
  readonly signal: AbortSignal;
  /** Aborts with the signal, and is cheaper to ask and to listen to. */
  readonly stop: Stop;
  alive(): void;
}

/**
 * Makes a call that must give a sign of life every `holdMs`. One that does not is aborted and left alone, whether it
 * heeds that or not: what it holds would be held for ever. So is one that goes on beyond `longestMs`, whatever signs it gives. Throws
 * `ModelError` `timeout` then; a call that may have been paid.
 */
export function whileAlive<T>(
  bounds: LifeBounds,
  call: (line: LifeLine) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const line = new Watched(bounds, reject);
    call(line).then(
      (answer) => {
        line.end();
        resolve(answer);
      },
      (error: unknown) => {
        line.end();
        reject(error);
      },
    );
  });
}

class Watched implements LifeLine {
  readonly #bounds: LifeBounds;
  readonly #onDead: (error: ModelError) => void;
  readonly #own: Cancellation = new Cancellation();
  readonly #longestMs: number;
  readonly #beganAt: number;
  #latestAt: number;
  #isWarned = false;
  #deadline: Deadline;

  constructor(bounds: LifeBounds, onDead: (error: ModelError) => void) {
    this.#bounds = bounds;
    this.#onDead = onDead;
    bounds.cancel.onAbort(this.#stop);
    this.#longestMs = bounds.longestMs ?? Math.max(LONGEST_MS, bounds.holdMs);
    this.#beganAt = bounds.clock.elapsed();
    this.#latestAt = this.#beganAt;
    this.#deadline = bounds.deadlines.add(Math.min(bounds.holdMs, this.#longestMs), this.#look);
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  get stop(): Stop {
    return this.#own;
  }

  alive(): void {
    this.#latestAt = this.#bounds.clock.elapsed();
  }

  end(): void {
    this.#bounds.deadlines.remove(this.#deadline);
    this.#bounds.cancel.forget(this.#stop);
  }

  readonly #stop = (reason: unknown): void => this.#own.abort(reason);

  readonly #look = (): void => {
    const { clock, deadlines, holdMs, what } = this.#bounds;
    const nowMs = clock.elapsed();
    const lastMs = this.#beganAt + this.#longestMs - nowMs;
    if (lastMs <= 0) {
      this.#breakOff(tooLong(what, this.#longestMs));
      return;
    }
    const leftMs = this.#latestAt + holdMs - nowMs;
    if (leftMs > 0 || !this.#isWarned) {
      // A process that was stopped for a while is given a moment to hear what came meanwhile.
      this.#isWarned = leftMs <= 0;
      const waitMs = this.#isWarned ? Math.min(GRACE_MS, holdMs) : Math.min(leftMs, holdMs);
      this.#deadline = deadlines.add(Math.min(waitMs, lastMs), this.#look);
      return;
    }
    this.#breakOff(silent(what, holdMs));
  };

  #breakOff(why: string): void {
    const error = new ModelError('timeout', why);
    // First, so that what a call says to its abort does not come before it.
    this.#onDead(error);
    this.#own.abort(error);
    this.end();
  }
}

function tooLong(what: string, longestMs: number): string {
  return `${what} was not done after ${longestMs / 1_000} s and was left alone, although it gave signs of life; it is charged at its estimate. Allow more by the option maxCallMs.`;
}

function silent(what: string, holdMs: number): string {
  return `${what} gave no sign of life for ${holdMs / 1_000} s and was left alone; it is charged at its estimate. Allow more by the option holdMs.`;
}
