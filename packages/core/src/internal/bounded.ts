/** Runs pieces of work, at most `atOnce` at a time, the others in the order they came. */
export function createBounded(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place is handed over, not given up: between the two, a newcomer would take it as well.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
