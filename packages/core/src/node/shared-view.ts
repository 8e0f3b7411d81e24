import type { StateStore } from '../spec/store.ts';
import type { TaskTransport } from '../spec/transport.ts';

/**
 * A store as one of several overseers has it that share its connections: closing it lets go of nothing but what that overseer
 * does itself.
 */
export function sharedView(store: StateStore): StateStore {
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
    close: async () => undefined,
  };
}

/** A transport as one of several overseers has it that share its connections: closing it does nothing. */
export function sharedTransport(transport: TaskTransport): TaskTransport {
  return { ...transport, close: async () => undefined };
}
