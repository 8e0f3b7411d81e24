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
 * Gives the same events one after the other, up to `to` where that is told; everything else has its turn in between. Of a journal
 * of several pages the store reads one while another is made into events and a third is taken.
 */
export async function takeEvents(
  store: StateStore,
  stream: string,
  { run, after = 0, to = Number.POSITIVE_INFINITY }: Part,
  take: (event: OverseerEvent) => void,
): Promise<void> {
  const pause = createWorkPause(AT_ONCE);
  const ask = (from: number): Asked => {
    const page = readPage(store, stream, run, from);
    // Where an event cannot be taken, nobody waits for it.
    page.catch(() => undefined);
    return { after: from, page };
  };
  let asked = ask(after);
  let next: Asked | undefined;
  for (let isLast = false; !isLast; ) {
    const page = await asked.page;
    const end = page.at(-1)?.seq ?? to;
    isLast = page.length < PAGE || end >= to;
    if (!isLast) {
      // Only where none is missing in between is the next page the one that was guessed.
      asked = next?.after === end ? next : ask(end);
      next = run === undefined ? ask(end + PAGE) : undefined;
    }
    for (const event of upcastEvents(page)) if (event.seq <= to) take(event);
    const paused = pause(page.length);
    if (paused !== undefined) await paused;
  }
}

/** A page that the store was asked for. */
interface Asked {
  readonly after: number;
  readonly page: Promise<readonly OverseerEvent[]>;
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
