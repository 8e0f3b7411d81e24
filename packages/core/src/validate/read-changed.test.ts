import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readChanged, type ShownText } from './read-changed.ts';

let root = '';
let workspace = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'read-changed-'));
  workspace = join(root, 'workspace');
  await mkdir(join(workspace, 'src'), { recursive: true });
  await writeFile(join(root, 'secret.txt'), 'secret');
  await writeFile(join(workspace, 'src', 'a.ts'), 'export {};\n');
  await symlink(join(root, 'secret.txt'), join(workspace, 'link.txt'));
  await symlink(root, join(workspace, 'folder'));
  await symlink('nowhere', join(workspace, 'dangling'));
  await symlink(workspace, join(root, 'alias'));
});

afterAll(() => rm(root, { recursive: true }));

describe('readChanged', () => {
  it('V1: shows a file as it is', async () => {
    expect(await read('src/a.ts')).toEqual({ text: 'export {};\n', isCut: false });
  });

  it('V1: says what is gone and what is no file', async () => {
    expect((await read('gone.ts')).text).toBe('(deleted)');
    expect((await read('src')).text).toBe('(not a regular file)');
  });

  it('T2: follows no link, neither at the end of a path nor on the way', async () => {
    for (const path of ['link.txt', 'folder/secret.txt', 'dangling', '../secret.txt']) {
      expect((await read(path)).text).toBe('(not a regular file)');
    }
  });

  it('V1: reads a workspace that is itself reached by a link', async () => {
    expect((await readChanged(join(root, 'alias'), 'src/a.ts', 100)).text).toBe('export {};\n');
  });

  it('V1: cuts just where there is more, whatever the characters', async () => {
    const characters = fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀'), maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(characters, fc.nat(40), async (text, most) => {
        await writeFile(join(workspace, 'text.txt'), text);
        const whole = [...text.slice(0, most)].filter((one) => one.isWellFormed());
        expect(await read('text.txt', most)).toEqual({
          text: whole.join(''),
          isCut: text.length > most,
        });
      }),
      { numRuns: 50 },
    );
  });
});

function read(path: string, most = 100): Promise<ShownText> {
  return readChanged(workspace, path, most);
}
