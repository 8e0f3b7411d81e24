import type { OpenStore, StateStore } from '@overseer/core/spec';
import { awayOf } from '@overseer/storage/handoff';
import { postgres } from '@overseer/storage/postgres';
import { sqlite } from '@overseer/storage/sqlite';

/** A store as a process of its own is told of it. */
export type StorePlace =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'database'; readonly connection: string; readonly schema: string };

/** Where a handoff is from and to, and what passes between the two. */
export interface HandoffPlace {
  readonly here: StorePlace;
  readonly there: StorePlace;
  readonly sender: { readonly public: string; readonly secret: string };
  readonly receiver: { readonly public: string; readonly secret: string };
  readonly package: string;
  readonly late: string;
  readonly answer: string;
  /** Each model call that was answered adds a line to it: who asked, and for which task. */
  readonly calls: string;
}

/** What a process of a handoff does. */
export type Part = 'send' | 'take' | 'late' | 'take-late' | 'work' | 'close';

/** The tasks of the one run. */
export const TASKS = 8;

/** How long leases of a database last, in ms: short, as holders die again and again. */
const LEASE_MS = 2_000;

/** Opens a store of a place. */
export function storeAt(place: StorePlace): OpenStore {
  return place.kind === 'file'
    ? sqlite(place.path)
    : postgres({ connection: place.connection, schema: place.schema, leaseMs: LEASE_MS });
}

/** Whether a store says that the project may be worked in it. */
export async function isLive(store: StateStore): Promise<boolean> {
  const head = await store.events.head('project/default');
  return head > 0 && (await awayOf(store, 'default')) === undefined;
}
