import type { StateStore } from '../../spec/store.ts';

/** How the rules get at the store they judge. */
export interface StoreSubject {
  /** Opens a new, empty store. */
  readonly open: () => Promise<StateStore>;
  /** Opens once more what `store`, closed or not, was opened on. Without it the rules about reopening are left out. */
  readonly reopen?: (store: StateStore) => Promise<StateStore>;
}

/** A subject that can be opened a second time. */
export type ReopeningSubject = Required<StoreSubject>;
