import { createEventPause } from '../internal/slices.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import { upcastEvents } from './upcast-events.ts';

const PAGE = 1_000;

/** Reads a stream, or one run of it, from `after` to its present end, a page at a time, in the form that this version knows. */
export async function* readEvents(
  store: StateStore,
  stream: string,
  run: string | undefined,
  after = 0,
): AsyncGenerator<readonly OverseerEvent[]> {
  let last = after;
  while (true) {
    const page = await store.events.read({
      stream,
      after: last,
      limit: PAGE,
      ...(run === undefined ? {} : { run }),
    });
    const end = page.at(-1);
    if (end === undefined) return;
    yield upcastEvents(page);
    if (page.length < PAGE) return;
    last = end.seq;
  }
}

/** Gives the same events one after the other; everything else has its turn in between. */
export async function takeEvents(
  store: StateStore,
  stream: string,
  { run, after = 0 }: { readonly run?: string | undefined; readonly after?: number },
  take: (event: OverseerEvent) => void,
): Promise<void> {
  const pause = createEventPause();
  for await (const page of readEvents(store, stream, run, after)) {
    for (const event of page) take(event);
    const paused = pause(page.length);
    if (paused !== undefined) await paused;
  }
}
