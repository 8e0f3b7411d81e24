import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../node-driver.ts';
import { sqlite } from '../sqlite.ts';
import { temporaryFolder } from '../temporary-folder.fixture.ts';

const { newPath } = temporaryFolder(afterAll);
const MEBIBYTE = 1_048_576;

describe('pages that nothing is in', () => {
  it('R5: are given back to the disk bit by bit while the journal is written', async () => {
    const path = newPath();
    const store = await sqlite(path)();
    for (let nth = 0; nth < 40; nth++) await store.blobs.put(randomBytes(MEBIBYTE));
    await store.close();
    const before = statSync(path).size;
    expect(before).toBeGreaterThan(40 * MEBIBYTE);
    const database = openDatabase(path);
    database.exec('DELETE FROM blob WHERE id > 2');
    database.close();

    const next = await sqlite(path)();
    const body = 'x'.repeat(4 * MEBIBYTE);
    // Each snapshot stands in place of the one before, and each makes a checkpoint due in the end.
    for (let seq = 1; seq <= 30; seq++) {
      await next.snapshots.put({ stream: 'project/a', seq, foldVersion: 1, body });
    }
    expect(await next.snapshots.latest('project/a', 1)).toMatchObject({ seq: 30, body });
    await next.close();
    const after = statSync(path).size;
    expect(after).toBeLessThan(before - 8 * MEBIBYTE);
    expect(after).toBeGreaterThan(6 * MEBIBYTE);
    const checked = openDatabase(path);
    expect(checked.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    checked.close();
  });
});
