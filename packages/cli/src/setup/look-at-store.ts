import type { OpenStore } from '@overseer/core/spec';

/**
 * A store to look at alone, beside whoever works on it: what is there is read, no lease is taken, and what would be
 * written is forgotten.
 */
export function lookAtStore(open: OpenStore): OpenStore {
  return async () => {
    const store = await open();
    const { events, blobs, snapshots } = store;
    return {
      spec: store.spec,
      name: store.name,
      capabilities: store.capabilities,
      events: {
        append: async () => undefined,
        read: (query) => events.read(query),
        head: (stream) => events.head(stream),
        streams: () => events.streams(),
      },
      // Bytes have no place in the order of events, and no name but their own.
      blobs,
      snapshots: {
        put: async () => undefined,
        latest: (stream, version) => snapshots.latest(stream, version),
      },
      leases: {
        acquire: async () => ({ kind: 'held', epoch: 0 }),
        release: async () => undefined,
      },
      close: () => store.close(),
    };
  };
}
