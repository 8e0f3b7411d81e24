import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canBeNew, writeNewFile } from './write-new-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'new-file-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('canBeNew', () => {
  it('R2 M18: makes the folder and leaves nothing in it', async () => {
    expect(canBeNew(join(folder, 'a/b/plan.json'))).toBe(true);
    expect(await readdir(join(folder, 'a/b'))).toEqual([]);
  });

  it('R2 M18: is false for what is there, a link to nowhere too', async () => {
    await writeFile(join(folder, 'there.json'), '');
    await symlink('nowhere', join(folder, 'link.json'));
    expect(canBeNew(join(folder, 'there.json'))).toBe(false);
    expect(canBeNew(join(folder, 'link.json'))).toBe(false);
  });

  it('R2 M18: throws where no file can be', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(() => canBeNew(join(folder, 'file/plan.json'))).toThrow(/EEXIST|ENOTDIR/);
  });
});

describe('writeNewFile', () => {
  const noLinks = (): Promise<void> => Promise.reject(new Error('no hard links here'));

  it.each([['with', undefined] as const, ['without', noLinks] as const])(
    'R2: writes a file once, %s hard links, and leaves nothing beside it',
    async (_, put) => {
      const file = join(folder, 'plan.json');
      expect(await writeNewFile(file, 'first', put)).toBe(true);
      expect(await writeNewFile(file, 'second', put)).toBe(false);
      expect(await readFile(file, 'utf8')).toBe('first');
      expect(await readdir(folder)).toEqual(['plan.json']);
    },
  );

  it('R2: throws what the file system says', async () => {
    await expect(writeNewFile(join(folder, 'gone/plan.json'), '')).rejects.toThrow('ENOENT');
  });
});
