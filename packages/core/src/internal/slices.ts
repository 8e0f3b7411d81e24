/** Work that may be left for a while wherever it yields. */
export type Sliced<Result> = Generator<void, Result, void>;

/** How long work may hold the event loop before everything else has its turn, in ms. */
const SLICE_MS = 4;

/** Does sliced work in one go. */
export function atOnce<Result>(work: Sliced<Result>): Result {
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}

/** Does sliced work a few ms at a time, and everything else in between. What it throws is the rejection. */
export async function inSlices<Result>(work: Sliced<Result>): Promise<Result> {
  const pause = createPause();
  for (let step = work.next(); ; step = work.next()) {
    if (step.done === true) return step.value;
    const paused = pause();
    if (paused !== undefined) await paused;
  }
}

/**
 * To be called again and again within long work: gives a promise to wait for where the work has held the event loop for
 * long enough, and `undefined` where it may go on.
 */
export function createPause(sliceMs: number = SLICE_MS): () => Promise<void> | undefined {
  // How long something holds the loop is the machine's time, whatever the clock of the work says.
  let since = performance.now();
  return () => {
    if (performance.now() - since < sliceMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = performance.now();
        resolve();
      });
    });
  };
}

/**
 * The same for work that tells by a number how much of it there was: it takes the same turns every time, however busy the machine
 * is, and none where it comes to less than `most`.
 */
export function createWorkPause(most: number): (amount: number) => Promise<void> | undefined {
  let done = 0;
  return (amount) => {
    done += amount;
    if (done < most) return undefined;
    done = 0;
    return new Promise((resolve) => setImmediate(resolve));
  };
}
