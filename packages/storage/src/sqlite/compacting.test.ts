import { hash as digest } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlite } from './sqlite.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';
import { eventAt } from './upkeep/journal.fixture.ts';

const { newPath } = temporaryFolder(afterAll);

describe('a store that nobody asks for anything', () => {
  it('R5: removes by itself what nothing names, and keeps what an event names', async () => {
    const store = await sqlite(newPath(), { compactAfterMs: 1 })();
    const lease = await store.leases.acquire('project/x', currentHolder('test'));
    const epoch = lease.kind === 'held' ? lease.epoch : 0;
    const named = await store.blobs.put(Buffer.from('named'));
    await store.events.append(epoch, [eventAt(1, { because: named })]);
    const orphan = digest('sha256', 'orphan', 'hex');
    await store.blobs.put(Buffer.from('orphan'));
    // Looking would be asking: it is left alone for a while, and then looked at.
    for (let nth = 0; nth < 20 && (await store.blobs.get(orphan)) !== undefined; nth++) {
      await sleep(700);
    }
    expect(await store.blobs.get(orphan)).toBeUndefined();
    expect(await store.blobs.get(named)).toEqual(new Uint8Array(Buffer.from('named')));
    await store.close();
  }, 30_000);
});
