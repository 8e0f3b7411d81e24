import { currentHolder } from '@overseer/core/plugin';
import { afterAll, describe, expect, it } from 'vitest';
import { sqlite } from '../sqlite/sqlite.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import { codeOf } from './code-of.fixture.ts';
import { importStore } from './import-store.ts';
import { createKeyPair } from './keys.ts';
import { pack, smallItems, unpack } from './package.fixture.ts';

const { newPath } = temporaryFolder(afterAll);

describe('an import', () => {
  it('R8: refuses events of a stream that the manifest does not name', async () => {
    const opened = await unpack(await pack(smallItems(), { sign: createKeyPair().secret }));
    const streams = opened.manifest.streams.filter(({ name }) => name !== 'system');
    const store = await sqlite(newPath())();
    const changed = { ...opened, manifest: { ...opened.manifest, streams } };
    expect(await codeOf(importStore(changed, store))).toBe('package.damaged');
    expect(await store.events.head('system')).toBe(0);
    await store.close();
  });

  it('R8 R6: refuses a stream whose epoch no store ever gave, for nobody could work there after it', async () => {
    const opened = await unpack(await pack(smallItems(), { sign: createKeyPair().secret }));
    const streams = opened.manifest.streams.map((one) => ({
      ...one,
      epoch: Number.MAX_SAFE_INTEGER - 1,
    }));
    const store = await sqlite(newPath())();
    const changed = { ...opened, manifest: { ...opened.manifest, streams } };
    await expect(importStore(changed, store)).rejects.toMatchObject({
      code: 'store.conflict',
      message: expect.stringContaining('which no store ever gave'),
    });
    const answer = await store.leases.acquire('project/a', currentHolder('x'));
    expect(answer).toMatchObject({ kind: 'held', epoch: 1 });
    await store.close();
  });
});
