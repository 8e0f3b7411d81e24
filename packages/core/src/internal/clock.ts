import { uptime } from 'node:os';

/** Where time comes from; injected everywhere, so that tests hold it in their hands. */
export interface Clock {
  /** Epoch ms; may be set back and forward at any moment. For when something is, was or will be. */
  now(): number;
  /** Ms since some moment, which only ever go on. For how long something takes. */
  elapsed(): number;
  /**
   * The same, with the time in which the machine slept. Where it is left out, a sleep that `elapsed` does not count looks like a clock
   * that was set forward.
   */
  awakeAndAsleep?(): number;
  /** Calls back once after `delayMs` (at most 2^31 - 1); the returned function takes it back. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The system's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  awakeAndAsleep: () => uptime() * 1_000,
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
