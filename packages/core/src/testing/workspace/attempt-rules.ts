import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { calm, get, put, type WorkspaceRule } from './project.ts';

const FILES: Readonly<Record<string, string>> = { 'a.txt': 'a\n', 'src/b.txt': 'b\n' };

/** How attempts work apart. */
export const attemptRules: readonly WorkspaceRule[] = [
  {
    name: 'G1: preparing a clean project succeeds, twice, and changes none of its files',
    check: async ({ open }) => {
      await using project = await open(FILES);
      await project.provider.prepare(calm());
      await project.provider.prepare(calm());
      assert.equal(await get(project.path, 'a.txt'), 'a\n');
    },
  },
  {
    name: 'G1: an attempt gets the files of the project in a folder of its own',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const workspace = await project.provider.open({ attempt: 'one', signal: calm() });
      assert.ok(isAbsolute(workspace.path));
      assert.equal(await get(workspace.path, 'src/b.txt'), 'b\n');
      await put(workspace.path, 'a.txt', 'changed\n');
      assert.equal(await get(project.path, 'a.txt'), 'a\n');
    },
  },
  {
    name: 'G1: attempts at the same time do not see each other',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const names = ['one', 'two', 'three', 'four'];
      const spaces = await Promise.all(
        names.map((attempt) => project.provider.open({ attempt, signal: calm() })),
      );
      await Promise.all(spaces.map(({ path }, n) => put(path, 'a.txt', `${n}\n`)));
      for (const [n, { path }] of spaces.entries())
        assert.equal(await get(path, 'a.txt'), `${n}\n`);
      assert.equal(new Set(spaces.map(({ path }) => path)).size, names.length);
    },
  },
  {
    name: 'G1: changed paths are those added, changed and deleted, sorted',
    check: async ({ open }) => {
      await using project = await open({ ...FILES, 'c.txt': 'c\n' });
      const workspace = await project.provider.open({ attempt: 'one', signal: calm() });
      assert.deepEqual(await workspace.changed(calm()), []);
      await put(workspace.path, 'new dir/ü x.txt', 'x');
      await put(workspace.path, 'src/b.txt', 'other\n');
      await rm(join(workspace.path, 'c.txt'));
      const changed = await workspace.changed(calm());
      assert.deepEqual(changed, ['c.txt', 'new dir/ü x.txt', 'src/b.txt']);
    },
  },
  {
    name: 'R2: opened again with its base an attempt starts afresh; with `keep` it finds its files',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const { provider } = project;
      const first = await provider.open({ attempt: 'one', signal: calm() });
      await put(first.path, 'a.txt', 'half done\n');
      const again = { attempt: 'one', base: first.base, signal: calm() };
      const kept = await provider.open({ ...again, keep: true });
      assert.equal(await get(kept.path, 'a.txt'), 'half done\n');
      assert.deepEqual(await kept.changed(calm()), ['a.txt']);
      const fresh = await provider.open(again);
      assert.equal(fresh.base, first.base);
      assert.equal(await get(fresh.path, 'a.txt'), 'a\n');
      assert.deepEqual(await fresh.changed(calm()), []);
    },
  },
  {
    name: 'G1: a closed attempt leaves nothing behind; closing twice or for nothing is harmless',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const workspace = await project.provider.open({ attempt: 'one', signal: calm() });
      await put(workspace.path, 'a.txt', 'x\n');
      await project.provider.close('one');
      await project.provider.close('one');
      await project.provider.close('never-opened');
      assert.equal(await get(workspace.path, 'a.txt'), undefined);
      await project.provider.prepare(calm());
    },
  },
];
