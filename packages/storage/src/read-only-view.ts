import { StoreError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';

/** A store of which nothing but what it reads is left: whatever writes or asks for a lease is refused with `store.read-only`. */
export function readOnlyView(store: StateStore): StateStore {
  const { spec, name, capabilities, events, blobs, snapshots, leases, mail, whenTold } = store;
  const refuse = (): Promise<never> =>
    Promise.reject(
      new StoreError('store.read-only', `${name} was opened for reading alone (readOnly).`),
    );
  return {
    spec,
    name,
    capabilities,
    events: { ...events, append: refuse },
    blobs: { ...blobs, put: refuse },
    snapshots: { ...snapshots, put: refuse },
    leases: { ...leases, acquire: refuse, release: refuse, renew: refuse },
    ...(mail === undefined
      ? {}
      : { mail: { ...mail, put: refuse, remove: refuse, setAside: refuse } }),
    ...(whenTold === undefined ? {} : { whenTold }),
    close: () => store.close(),
  };
}
