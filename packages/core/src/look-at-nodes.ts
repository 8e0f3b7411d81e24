import { type NodesSeen, seeNodes } from './node/nodes-seen.ts';
import type { OpenStore } from './spec/store.ts';

/**
 * Who works on what in a store that several share, from any process that can reach it. Throws `OverseerError` `config.node` for a
 * store of one overseer at a time, and `StoreError`.
 */
export async function lookAtNodes(open: OpenStore): Promise<NodesSeen> {
  const store = await open();
  try {
    return await seeNodes(store);
  } finally {
    await store.close();
  }
}
