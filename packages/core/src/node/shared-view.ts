import { storeView } from '../journal/store-view.ts';
import type { StateStore } from '../spec/store.ts';
import type { TaskTransport } from '../spec/transport.ts';

/**
 * A store as one of several overseers has it that share its connections: closing it lets go of nothing but what that overseer
 * does itself.
 */
export function sharedView(store: StateStore): StateStore {
  return { ...storeView(store), close: async () => undefined };
}

/** A transport as one of several overseers has it that share its connections: closing it does nothing. */
export function sharedTransport(transport: TaskTransport): TaskTransport {
  return { ...transport, close: async () => undefined };
}
