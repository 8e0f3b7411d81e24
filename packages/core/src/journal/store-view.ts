import type { StateStore } from '../spec/store.ts';

/** All members of a store as one object, for views that change some of them; the only place that names each. */
export function storeView(store: StateStore): StateStore {
  const { spec, name, capabilities, events, blobs, snapshots, leases, mail } = store;
  const { erase, whenTold, whenTroubled } = store;
  return {
    spec,
    name,
    capabilities,
    events,
    blobs,
    snapshots,
    leases,
    ...(mail === undefined ? {} : { mail }),
    ...(erase === undefined ? {} : { erase: (...what) => erase.apply(store, what) }),
    ...(whenTold === undefined ? {} : { whenTold: (...what) => whenTold.apply(store, what) }),
    ...(whenTroubled === undefined
      ? {}
      : { whenTroubled: (...what) => whenTroubled.apply(store, what) }),
    close: () => store.close(),
  };
}
