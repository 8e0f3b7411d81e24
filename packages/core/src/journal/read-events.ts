import { createWorkPause } from '../internal/slices.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import { upcastEvents } from './upcast-events.ts';

const PAGE = 1_000;
/** Events that are taken at once: some ms of work. */
const AT_ONCE = 2_000;

/** Reads a stream, or one run of it, from `after` to its present end, a page at a time, in the form that this version knows. */
export async function* readEvents(
  store: StateStore,
  stream: string,
  run: string | undefined,
  after = 0,
): AsyncGenerator<readonly OverseerEvent[]> {
  let last = after;
  while (true) {
    const page = await readPage(store, stream, run, last);
    const end = page.at(-1);
    if (end === undefined) return;
    yield upcastEvents(page);
    if (page.length < PAGE) return;
    last = end.seq;
  }
}

/** Which events of a stream: those of a run, behind a `seq`, up to one. */
interface Part {
  readonly run?: string | undefined;
  readonly after?: number;
  readonly to?: number;
}

/**
 * Gives the same events one after the other, up to `to` where that is told; everything else has its turn in between. The store
 * reads the next page while one is taken.
 */
export async function takeEvents(
  store: StateStore,
  stream: string,
  { run, after = 0, to = Number.POSITIVE_INFINITY }: Part,
  take: (event: OverseerEvent) => void,
): Promise<void> {
  const pause = createWorkPause(AT_ONCE);
  let asked = readPage(store, stream, run, after);
  for (let isLast = false; !isLast; ) {
    const page = await asked;
    const end = page.at(-1);
    isLast = end === undefined || page.length < PAGE || end.seq >= to;
    if (end !== undefined && !isLast) {
      asked = readPage(store, stream, run, end.seq);
      // Where an event cannot be taken, nobody waits for it.
      asked.catch(() => undefined);
    }
    for (const event of upcastEvents(page)) if (event.seq <= to) take(event);
    const paused = pause(page.length);
    if (paused !== undefined) await paused;
  }
}

function readPage(
  store: StateStore,
  stream: string,
  run: string | undefined,
  after: number,
): Promise<readonly OverseerEvent[]> {
  const query = { stream, after, limit: PAGE };
  return store.events.read(run === undefined ? query : { ...query, run });
}
