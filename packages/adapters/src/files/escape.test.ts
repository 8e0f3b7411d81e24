import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '@overseer/core/spec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FileScene, fileScene, SECRET, use } from './file-scene.fixture.ts';
import { fileTools } from './file-tools.ts';
import { holdFolder } from './held-folder.ts';

const FILES = { 'src/a.txt': 'a', '.git/config': SECRET, '.git/hooks/x': SECRET };

describe('escape', () => {
  it('T2: no hostile path reads, changes or reveals anything outside', {
    timeout: 60_000,
  }, async () => {
    await using scene = await fileScene(FILES);
    const part = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom('..', '.', '', 'src', 'a.txt', 'secret.txt', 'outside'),
      },
      {
        weight: 6,
        arbitrary: fc.constantFrom('link-folder', 'link-file', 'link-root', 'link-nowhere'),
      },
      {
        weight: 3,
        arbitrary: fc.constantFrom('.git', '.GIT', '.git.', '.g\u200dit', 'config', 'hooks'),
      },
      {
        weight: 3,
        arbitrary: fc.constantFrom('%2e%2e', '..\\', '\0', '/', 'tmp', '~', '\u2025', '..;'),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
    );
    const path = fc
      .tuple(fc.constantFrom('', '/', './', '//', scene.outside), fc.array(part, { maxLength: 6 }))
      .map(([start, parts]) => start + parts.join('/'));
    await fc.assert(
      fc.asyncProperty(path, async (hostile) => {
        for (const [tool, input] of calls(hostile)) await tryOut(tool, input, scene);
        expect(await readdir(scene.outside)).toEqual(['secret.txt']);
      }),
      { numRuns: 400 },
    );
    expect(await readFile(join(scene.outside, 'secret.txt'), 'utf8')).toBe(SECRET);
    expect(await readFile(join(scene.workspace, '.git/config'), 'utf8')).toBe(SECRET);
  });

  it.skipIf(process.platform !== 'linux')(
    'T2: a folder that is swapped for a link again and again lets nothing in or out',
    { timeout: 60_000 },
    async () => {
      await using scene = await fileScene({ 'deep/target/secret.txt': 'inside' });
      const swapper = spawn(process.execPath, [
        '-e',
        SWAP,
        join(scene.workspace, 'deep'),
        scene.outside,
      ]);
      const tools = fileTools();
      const seen = new Set<string>();
      const atLeast = performance.now() + 2_000;
      const atMost = performance.now() + 40_000;
      const isDone = (): boolean =>
        performance.now() > (seen.has('read') && seen.has('tool.link') ? atLeast : atMost);
      for (let n = 0; !isDone(); n++) {
        const path = `deep/target/${n % 2 === 0 ? 'secret.txt' : `w${n % 8}.txt`}`;
        await use(
          tools.write_file,
          { path: `deep/target/w${n % 8}.txt`, content: `${n}` },
          scene.ctx,
        ).catch((error) => seen.add(error.code));
        const read = await use(tools.read_file, { path }, scene.ctx).catch((error) => error.code);
        seen.add(typeof read === 'string' ? read : 'read');
        expect(JSON.stringify(read)).not.toContain(SECRET);
        const found = await use(tools.search_files, { text: 'secret of' }, scene.ctx);
        expect(found).toMatchObject({ matches: [] });
        await use(tools.delete_file, { path: 'deep/target/w1.txt' }, scene.ctx).catch(
          () => undefined,
        );
      }
      swapper.kill('SIGKILL');
      expect(seen).toContain('read');
      expect(seen).toContain('tool.link');
      expect(await readdir(scene.outside)).toEqual(['secret.txt']);
      expect(await readFile(join(scene.outside, 'secret.txt'), 'utf8')).toBe(SECRET);
    },
  );

  it('T2: without descriptors a swapped folder is noticed', async () => {
    await using scene = await fileScene({ 'src/a.txt': 'a', 'other/b.txt': 'b' });
    await using folder = await holdFolder(scene.workspace, ['src'], { holding: 'path' });
    await folder.check();
    const { rename, symlink } = await import('node:fs/promises');
    await rename(join(scene.workspace, 'src'), join(scene.workspace, 'gone'));
    await symlink(scene.outside, join(scene.workspace, 'src'));
    await expect(folder.check()).rejects.toMatchObject({ code: 'tool.not-a-folder' });
    const again = holdFolder(scene.workspace, ['src'], { holding: 'path' });
    await expect(again).rejects.toMatchObject({ code: 'tool.not-a-folder' });
  });
});

/** Swaps `target` between a folder and a link as fast as it can. */
const SWAP = `
const fs = require('node:fs'), [, deep, outside] = process.argv;
fs.symlinkSync(outside, deep + '/link');
// Now and then each side stays for a moment, so that a loaded machine meets both.
const still = new Int32Array(new SharedArrayBuffer(4));
const linger = () => Math.random() < 0.2 && Atomics.wait(still, 0, 0, 2);
// A file that is written while there is no target makes its folder anew, which is in the way then.
const move = (from, to) => {
  for (;;) {
    try {
      return fs.renameSync(deep + from, deep + to);
    } catch {
      fs.rmSync(deep + to, { recursive: true, force: true });
    }
  }
};
for (;;) {
  move('/target', '/real');
  move('/link', '/target');
  linger();
  move('/target', '/link');
  move('/real', '/target');
  linger();
}`;

function calls(path: string): readonly (readonly [Tool, object])[] {
  const tools = fileTools();
  return [
    [tools.read_file, { path }],
    [tools.list_files, { path, depth: 2 }],
    [tools.search_files, { path, text: 'secret' }],
    [tools.write_file, { path, content: 'planted' }],
    [tools.write_file, { path: `${path}/planted.txt`, content: 'planted' }],
    [tools.move_file, { from: path, to: 'stolen.txt' }],
    [tools.move_file, { from: 'stolen.txt', to: `${path}/planted.txt` }],
    [tools.read_file, { path: 'stolen.txt' }],
    [tools.delete_file, { path: `${path}/secret.txt` }],
  ];
}

/** A refusal is fine; an answer must not hold the secret. A link that was moved is made again for the next path. */
async function tryOut(tool: Tool, input: object, scene: FileScene): Promise<void> {
  const answer = await use(tool, input, scene.ctx).catch((error) => error.message);
  const told = JSON.stringify(answer);
  expect(told).not.toContain(SECRET);
  if (!told.includes('The path')) expect(told).not.toContain(scene.outside);
}
