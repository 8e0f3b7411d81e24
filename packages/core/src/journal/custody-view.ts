import type { StateStore } from '../spec/store.ts';
import { storeView } from './store-view.ts';

/** A store as whoever gives orders alone has it: without the mail, which is for who works, and without what is told to these. */
export function custodyView(store: StateStore): StateStore {
  const { mail: _, whenTold: __, whenTroubled: ___, ...view } = storeView(store);
  return view;
}
