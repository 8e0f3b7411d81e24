/** Where time comes from; injected everywhere, so that tests hold it in their hands. */
export interface Clock {
  /** Epoch ms; may be set back and forward at any moment. For when something is, was or will be. */
  now(): number;
  /** Ms since some moment, which only ever go on. For how long something takes. */
  elapsed(): number;
  /** Calls back once after `delayMs` (at most 2^31 - 1); the returned function takes it back. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The system's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
