import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import type { Journal } from './journal.ts';
import { readEvents } from './read-events.ts';

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
  let last = after;
  let behind = true;
  try {
    while (true) {
      if (behind) {
        for await (const page of readEvents(store, journal.stream, run, last)) {
          for (const event of page) {
            last = event.seq;
            yield event;
            if (isLast(event)) return;
          }
        }
      }
      await follower.changed();
      const { events, missed, ended } = follower.take();
      for (const event of events) {
        if (event.seq <= last) continue;
        last = event.seq;
        yield event;
        if (isLast(event)) return;
      }
      if (ended && !missed) return;
      behind = missed;
    }
  } finally {
    follower.close();
  }
}
