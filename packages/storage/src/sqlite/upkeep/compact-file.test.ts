import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { currentHolder } from '@overseer/core/plugin';
import { afterAll, describe, expect, it } from 'vitest';
import { testKeys } from '../keys.fixture.ts';
import { type SqliteOptions, sqlite } from '../sqlite.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { compactFile } from './compact-file.ts';
import { eventAt, readJournal, SAMPLE, writeJournal } from './journal.fixture.ts';
import { verifyFile } from './verify-file.ts';

const { newPath } = temporaryFolder(afterAll);
const SEALED: SqliteOptions = { encryption: { keys: testKeys() } };
const OURS = SAMPLE.filter(({ stream }) => stream === 'project/x');

describe('compacting a whole file', () => {
  it('R11: removes what nothing names, gives the room back, and keeps the rest', async () => {
    for (const options of [{}, SEALED]) {
      const path = newPath();
      await writeJournal(path, options);
      const store = await sqlite(path, { ...options, compress: false })();
      const lost = await store.blobs.put(Buffer.alloc(12_000_000, 'x'));
      const named = await store.blobs.put(Buffer.from('named'));
      const lease = await store.leases.acquire('x', currentHolder('x'));
      const epoch = lease.kind === 'held' ? lease.epoch : 0;
      await store.events.append(epoch, [eventAt(7, { because: named })]);
      await store.close();
      const before = statSync(path).size;
      const report = await compactFile(path, options.encryption ?? {});
      // What the fixture put by itself is named by nothing either.
      expect(report).toMatchObject({ blobs: 2, snapshots: 0 });
      expect(report.bytes).toBeGreaterThan(12_000_000);
      expect(statSync(path).size).toBeLessThan(before - 11_000_000);
      expect((await readJournal(path, options)).slice(0, 6)).toEqual(OURS);
      const again = await sqlite(path, options)();
      expect(await again.blobs.get(lost)).toBeUndefined();
      expect(Buffer.from((await again.blobs.get(named)) ?? []).toString()).toBe('named');
      await again.close();
      expect(await verifyFile(path, options.encryption ?? {})).toMatchObject({ isSound: true });
    }
  });

  it('R11: trusts no event whose hash does not prove it, and names it', async () => {
    const path = newPath();
    await writeJournal(path);
    const database = new DatabaseSync(path);
    database.exec("UPDATE event SET body = replace(body, 'because 4', 'because 9')");
    database.close();
    expect(await compactFile(path)).toMatchObject({
      blobs: 0,
      damaged: { stream: 'project/x', seq: 4 },
    });
  });

  it('R11: needs the file for itself', async () => {
    const path = newPath();
    await writeJournal(path);
    const store = await sqlite(path)();
    await store.leases.acquire('x', currentHolder('x'));
    await expect(compactFile(path)).rejects.toMatchObject({ code: 'store.busy' });
    await store.close();
  });
});
