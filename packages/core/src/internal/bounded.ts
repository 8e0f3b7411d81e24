import type { Cancellation } from './cancellation.ts';

/** Runs pieces of work, a bounded number at a time; who cancels while it waits gets the reason. */
export type Bounded = <T>(work: () => Promise<T> | T, cancel: Cancellation) => Promise<T> | T;

/**
 * Runs pieces of work, at most `atOnce` at a time, the others in the order they came. Work that is over at once, where
 * there is a place for it, is answered at once, and may then throw where it would reject.
 */
export function createBounded(atOnce: number): Bounded {
  let running = 0;
  const waiting = new Set<() => void>();
  const leave = (): void => {
    running -= 1;
    // One that is over at once, or fails at once, leaves its place to the next.
    for (const next of waiting) {
      if (running >= atOnce) return;
      next();
    }
  };
  const enter = <T>(work: () => Promise<T> | T): Promise<T> | T => {
    const result = work();
    if (!(result instanceof Promise)) return result;
    running += 1;
    result.then(leave, leave);
    return result;
  };
  return (work, cancel) => {
    if (running < atOnce) return enter(work);
    return new Promise((resolve, reject) => {
      const next = (): void => {
        waiting.delete(next);
        cancel.forget(giveUp);
        try {
          resolve(enter(work));
        } catch (error) {
          reject(error);
        }
      };
      const giveUp = (reason: unknown): void => {
        waiting.delete(next);
        reject(reason);
      };
      waiting.add(next);
      cancel.onAbort(giveUp);
    });
  };
}
