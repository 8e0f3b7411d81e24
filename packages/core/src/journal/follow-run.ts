import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import type { Follower } from './followers.ts';
import type { Journal } from './journal.ts';
import { readEvents } from './read-events.ts';
import { shownEvent } from './sealed-values.ts';

/**
 * Every durable event of a run from its first, then those that come, until `isLast`. Any number of readers, at any
 * time; leaving the loop cancels nothing but the reading.
 */
export async function* followRun(
  store: StateStore,
  journal: Journal,
  run: string,
  isLast: (event: OverseerEvent) => boolean,
  after = 0,
): AsyncGenerator<OverseerEvent, void, void> {
  const follower = journal.followers.follow(run);
  try {
    for await (const page of pages(store, journal.stream, run, follower, after)) {
      for (const event of page) {
        yield event;
        if (isLast(event)) return;
      }
    }
  } finally {
    follower.close();
  }
}

/** Every event once and in order: from the store as long as the reader is behind, else as they become durable. */
async function* pages(
  store: StateStore,
  stream: string,
  run: string,
  follower: Follower,
  after: number,
): AsyncGenerator<readonly OverseerEvent[]> {
  let last = after;
  let behind = true;
  while (true) {
    if (behind) {
      for await (const page of readEvents(store, stream, run, last)) {
        last = page.at(-1)?.seq ?? last;
        yield page;
      }
    }
    await follower.changed();
    const { events, missed, ended } = follower.take();
    const seen = last;
    last = Math.max(seen, events.at(-1)?.seq ?? 0);
    yield events.filter(({ seq }) => seq > seen).map(shownEvent);
    if (ended && !missed) return;
    behind = missed;
  }
}
