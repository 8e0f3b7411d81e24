/** Runs pieces of work, at most `atOnce` at a time, the others in the order they came. */
export function createBounded(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  const start = async <T>(work: () => Promise<T>): Promise<T> => {
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      // In the same turn, so that nobody who comes in between takes the place as well.
      waiting.shift()?.();
    }
  };
  return <T>(work: () => Promise<T>): Promise<T> =>
    running < atOnce
      ? start(work)
      : new Promise((resolve) => waiting.push(() => resolve(start(work))));
}
