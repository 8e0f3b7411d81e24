import type { OverseerEvent } from '../spec/event.ts';
import type { HandoffAway } from '../spec/handoff-events.ts';
import type { StateStore } from '../spec/store.ts';

/** A project that is in another store now. */
export interface LeftFor {
  readonly away: HandoffAway;
  /** The word by which it left, the last of its journal. */
  readonly offered: OverseerEvent<'handoff.offered'>;
}

/** For whom a project left its store, where that is the last word of its journal. Throws `StoreError`. */
export async function leftFor(store: StateStore, stream: string): Promise<LeftFor | undefined> {
  const head = await store.events.head(stream);
  const [last] = await store.events.read({ stream, after: Math.max(0, head - 1), limit: 1 });
  if (last?.type !== 'handoff.offered' || last.data.away === undefined) return undefined;
  return { away: last.data.away, offered: last };
}
