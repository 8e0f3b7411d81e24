/** Where time comes from; injected everywhere, so that tests hold it in their hands. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Calls back once after `delayMs` (at most 2^31 - 1); the returned function takes it back. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The system's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
