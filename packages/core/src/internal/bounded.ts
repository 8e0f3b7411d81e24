/** Runs pieces of work, at most `atOnce` at a time, the others in the order they came. */
export function createBounded(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    running -= 1;
    waiting.shift()?.();
  };
  const enter = <T>(work: () => Promise<T>): Promise<T> => {
    running += 1;
    const result = start(work);
    result.then(leave, leave);
    return result;
  };
  return <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) return enter(work);
    return new Promise<T>((resolve) => {
      waiting.push(() => resolve(enter(work)));
    });
  };
}

/** Work that throws where it should reject is answered alike. */
function start<T>(work: () => Promise<T>): Promise<T> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}
