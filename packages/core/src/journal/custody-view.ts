import type { StateStore } from '../spec/store.ts';

/** A store as whoever gives orders alone has it: without the mail, which is for who works. */
export function custodyView(store: StateStore): StateStore {
  const { spec, name, capabilities, events, blobs, snapshots, leases, erase } = store;
  return {
    spec,
    name,
    capabilities,
    events,
    blobs,
    snapshots,
    leases,
    ...(erase === undefined ? {} : { erase: (...what) => erase.apply(store, what) }),
    close: () => store.close(),
  };
}
