import { systemClock } from './internal/clock.ts';
import { type HandOverLetter, sendHandOver } from './node/node-mail.ts';
import type { OpenStore } from './spec/store.ts';

/**
 * Orders the node that works on a project to give it to another, or to let it leave the store (`away`): from any process that can reach their store. Resolves with the name of
 * that node once the order is on disk; it is carried out within seconds, and `handoff.offered` says so, or the node tells why it
 * cannot be (`onChange`). Throws `OverseerError` `config.node` where no node works on the project, and `StoreError`.
 */
export async function orderHandOver(open: OpenStore, letter: HandOverLetter): Promise<string> {
  const store = await open();
  try {
    return await sendHandOver(store, letter, systemClock.now());
  } finally {
    await store.close();
  }
}
