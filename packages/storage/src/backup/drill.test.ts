import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { codeOf } from '../package/code-of.fixture.ts';
import { temporaryFolder } from '../sqlite/temporary-folder.fixture.ts';
import { backUp } from './back-up.ts';
import { KEYS, MAKING, openWriter } from './backup.fixture.ts';
import { drill } from './drill.ts';
import { folderTarget } from './folder-target.ts';

const { newPath } = temporaryFolder(afterAll);

describe('a drill', () => {
  it('R5: reads all of a backup, and says what a lost disk would cost', async () => {
    const path = newPath();
    const target = folderTarget(newPath('backups'));
    const writer = await openWriter(path);
    await writer.append(40);
    await backUp(path, target, MAKING);
    const scratch = newPath('scratch');
    await mkdir(scratch);
    let taken = 0;
    const take = (): void => {
      taken++;
    };
    const whole = await drill(target, { ...KEYS, journal: path, scratch, take });
    expect(whole).toMatchObject({ events: 40, missing: 0, rpoMs: 0, heads: { 'project/a': 40 } });
    expect(whole.rtoMs).toBeGreaterThan(0);
    expect(taken).toBe(40);
    await writer.append(3, Date.now() - 5_000);
    const behind = await drill(target, { ...KEYS, journal: path, scratch });
    expect(behind.missing).toBe(3);
    expect(behind.rpoMs).toBeGreaterThanOrEqual(5_000);
    expect(behind.rpoMs).toBeLessThan(60_000);
    const aged = await drill(target, { ...KEYS, clock: { now: () => behind.madeAt + 7 } as never });
    expect(aged).toMatchObject({ rpoMs: 7, missing: undefined });
    expect(readdirSync(scratch)).toEqual([]);
    await writer.close();

    const other = newPath();
    const stranger = await openWriter(other, 'other ');
    await stranger.append(40);
    await stranger.close();
    expect(await codeOf(drill(target, { ...KEYS, journal: other }))).toBe('backup.mismatch');
    const failing = drill(target, {
      ...KEYS,
      take: () => {
        throw new Error('does not fold');
      },
    });
    await expect(failing).rejects.toThrow('does not fold');
  });
});
