/** Runs pieces of work one after the other, in the order in which they came; a failure of one does not touch the next. */
export type Queue = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes an empty queue. */
export function oneAtATime(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}
