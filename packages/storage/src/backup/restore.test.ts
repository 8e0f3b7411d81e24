import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { codeOf } from '../package/code-of.fixture.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import { KEYS, openWriter, startWatch } from './backup.fixture.ts';
import type { BackupTarget } from './backup-target.ts';
import { folderTarget } from './folder-target.ts';
import { restore } from './restore.ts';

const { newPath } = temporaryFolder(afterAll);

describe('a restore', () => {
  it('R5: whose last checkpoint does not come through is refused, and leaves nothing', async () => {
    const path = newPath();
    const target = folderTarget(newPath('backups'));
    const writer = await openWriter(path);
    await writer.append(3);
    const watch = startWatch(path, target, { everyMs: 3_600_000, tailMs: 10 });
    await watch.until(({ kind }) => kind === 'full');
    await writer.append(20);
    await watch.until(({ kind }) => kind === 'tail');
    await watch.stop();
    await writer.close();

    const place = join(newPath('restored'), 'j.db');
    const readers: DatabaseSync[] = [];
    const held: BackupTarget = {
      ...target,
      get: (name) => {
        const [draft] = readdirSync(dirname(place)).filter((one) => one.endsWith('.part'));
        // The copy is whole once the first part after it is asked for.
        if (draft !== undefined && readers.length === 0 && !name.includes('full')) {
          const reader = new DatabaseSync(join(dirname(place), draft));
          reader.exec('BEGIN; SELECT count(*) FROM event');
          readers.push(reader);
        }
        return target.get(name);
      },
    };
    const options = { ...KEYS, sqlite: { busyTimeoutMs: 20 } };
    expect(await codeOf(restore(held, place, options))).toBe('backup.place');
    expect(readers).toHaveLength(1);
    for (const reader of readers) reader.close();
    expect(readdirSync(dirname(place))).toEqual([]);
    expect((await restore(target, place, KEYS)).shipped).toBeGreaterThan(0);
  });
});
