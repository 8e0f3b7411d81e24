/** Most ms for which what follows a whole answer is read over. */
const DRAIN_MS = 1000;

/**
 * Bounds how long an answer that is whole is read on, so that its connection can be used again: `giveUp` comes after a
 * second, or after the call's idle time where that is shorter, until it is cleared. Keeps no process alive.
 */
export function drainTimer(idleMs: number, giveUp: () => void): NodeJS.Timeout {
  return setTimeout(giveUp, Math.min(DRAIN_MS, idleMs)).unref();
}
