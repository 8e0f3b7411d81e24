import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import { openSealed, type SensitiveKeys, shownEvent, type ValueSealer } from './sealed-values.ts';

/** A store of which events are read with what is sensitive in them, for those who work with it. */
export function openedView(
  store: StateStore,
  keys: SensitiveKeys | undefined,
  sealer: ValueSealer | undefined,
): StateStore {
  if (keys === undefined) return store;
  return viewOf(store, (event) =>
    openSealed(event, keys, (value) => sealer?.remember(event, value)),
  );
}

/** A store of which events are read with `[sealed]` in place of what is sensitive, for those who look on. */
export function shownView(store: StateStore): StateStore {
  return viewOf(store, shownEvent);
}

function viewOf(store: StateStore, change: (event: OverseerEvent) => OverseerEvent): StateStore {
  const { spec, name, capabilities, events, blobs, snapshots, leases, mail } = store;
  const { erase, whenTold, whenTroubled } = store;
  return {
    spec,
    name,
    capabilities,
    blobs,
    snapshots,
    leases,
    ...(mail === undefined ? {} : { mail }),
    ...(erase === undefined ? {} : { erase: (...what) => erase.apply(store, what) }),
    ...(whenTold === undefined ? {} : { whenTold: (...what) => whenTold.apply(store, what) }),
    ...(whenTroubled === undefined
      ? {}
      : { whenTroubled: (...what) => whenTroubled.apply(store, what) }),
    events: {
      append: (epoch, added) => events.append(epoch, added),
      head: (stream) => events.head(stream),
      streams: () => events.streams(),
      read: async (query) => {
        const page = await events.read(query);
        const read = page.map(change);
        // Whoever compares pages, or holds many, need not hold them twice.
        return read.every((event, at) => event === page[at]) ? page : read;
      },
    },
    close: () => store.close(),
  };
}
