/** Runs pieces of work, a bounded number at a time. */
export type Bounded = <T>(work: () => Promise<T> | T) => Promise<T> | T;

/**
 * Runs pieces of work, at most `atOnce` at a time, the others in the order they came. Work that is over at once, where
 * there is a place for it, is answered at once, and may then throw where it would reject.
 */
export function createBounded(atOnce: number): Bounded {
  let running = 0;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    running -= 1;
    // One that is over at once, or fails at once, leaves its place to the next.
    while (running < atOnce && waiting.length > 0) waiting.shift()?.();
  };
  const enter = <T>(work: () => Promise<T> | T): Promise<T> | T => {
    const result = work();
    if (!(result instanceof Promise)) return result;
    running += 1;
    result.then(leave, leave);
    return result;
  };
  return (work) => {
    if (running < atOnce) return enter(work);
    return new Promise((resolve, reject) => {
      waiting.push(() => {
        try {
          resolve(enter(work));
        } catch (error) {
          reject(error);
        }
      });
    });
  };
}
