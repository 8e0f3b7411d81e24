import assert from 'node:assert/strict';
import type { TaskSource } from '../../spec/task.ts';
import { accept, calm, get, put, type WorkspaceRule } from './project.ts';

const FILES: Readonly<Record<string, string>> = {
  'a.txt': 'a\n',
  'src/b.txt': 'b\n',
  'tasks.md': '\uFEFF# Tasks\r\n- [ ] one\r\n- [ ] two',
};

/** A document whose boxes are ticked by name. */
const source: TaskSource = {
  spec: 'task-source/1',
  files: ['tasks.md'],
  setStatus: (file, text, uid, status) => {
    const start = text.indexOf(`] ${uid}`) - 1;
    return { file, start, end: start + 1, text: status === 'done' ? 'x' : ' ' };
  },
};

/** How accepted work comes together. */
export const changeRules: readonly WorkspaceRule[] = [
  {
    name: 'G1: an accepted change is in the project, names its files, and can be asked for again',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const workspace = await project.provider.open({ attempt: 'one', signal: calm() });
      await put(workspace.path, 'a.txt', 'A\n');
      await put(workspace.path, 'deep/er/new.txt', 'new\n');
      assert.equal(await project.provider.probe('one', calm()), undefined);
      const answer = await accept(project, workspace, 'one');
      assert.equal(answer.kind, 'accepted');
      assert.deepEqual(answer.files, ['a.txt', 'deep/er/new.txt']);
      assert.equal(await get(project.path, 'a.txt'), 'A\n');
      assert.equal(await get(project.path, 'deep/er/new.txt'), 'new\n');
      assert.deepEqual(await project.provider.probe('one', calm()), answer);
    },
  },
  {
    name: 'R1: accepting the same attempt twice makes one change',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const workspace = await project.provider.open({ attempt: 'one', signal: calm() });
      await put(workspace.path, 'a.txt', 'A\n');
      const answer = await accept(project, workspace, 'one');
      assert.deepEqual(await accept(project, workspace, 'one'), answer);
    },
  },
  {
    name: 'A1: the box is ticked in the same change, and no other byte of the document moves',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const workspace = await project.provider.open({ attempt: 'one', signal: calm() });
      await put(workspace.path, 'a.txt', 'A\n');
      const tick = { source, file: 'tasks.md', uid: 'two', status: 'done' } as const;
      const answer = await accept(project, workspace, 'one', tick);
      assert.ok(answer.kind === 'accepted', JSON.stringify(answer));
      assert.deepEqual(answer.files, ['a.txt', 'tasks.md']);
      assert.equal(await get(project.path, 'tasks.md'), '\uFEFF# Tasks\r\n- [ ] one\r\n- [x] two');
    },
  },
  {
    name: 'G1: attempts that touch different files from one base all go in',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const names = ['one', 'two', 'three'];
      const spaces = await Promise.all(
        names.map((attempt) => project.provider.open({ attempt, signal: calm() })),
      );
      for (const [n, workspace] of spaces.entries()) {
        await put(workspace.path, `${n}.txt`, `${n}\n`);
        assert.equal((await accept(project, workspace, names[n] ?? '')).kind, 'accepted');
      }
      for (const n of names.keys()) assert.equal(await get(project.path, `${n}.txt`), `${n}\n`);
    },
  },
  {
    name: 'G1: an attempt that contradicts accepted work is refused, names the files, and changes nothing',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const one = await project.provider.open({ attempt: 'one', signal: calm() });
      const two = await project.provider.open({ attempt: 'two', signal: calm() });
      await put(one.path, 'a.txt', 'first\n');
      await put(two.path, 'a.txt', 'second\n');
      await put(two.path, 'src/b.txt', 'second\n');
      assert.equal((await accept(project, one, 'one')).kind, 'accepted');
      const answer = await accept(project, two, 'two');
      assert.ok(answer.kind === 'refused', JSON.stringify(answer));
      assert.deepEqual(
        answer.findings.map((finding) => finding.file),
        ['a.txt'],
      );
      assert.ok(answer.because !== '');
      assert.equal(await get(project.path, 'a.txt'), 'first\n');
      assert.equal(await get(project.path, 'src/b.txt'), 'b\n');
      assert.equal(await project.provider.probe('two', calm()), undefined);
    },
  },
  {
    name: 'G1: an attempt without changes is accepted, with no files',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const workspace = await project.provider.open({ attempt: 'one', signal: calm() });
      const answer = await accept(project, workspace, 'one');
      assert.ok(answer.kind === 'accepted', JSON.stringify(answer));
      assert.deepEqual(answer.files, []);
      assert.ok(answer.commit !== '');
    },
  },
  {
    name: 'G1: what a person changed meanwhile stays, and a change to it is refused',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const { provider } = project;
      const workspace = await provider.open({ attempt: 'one', signal: calm() });
      await put(workspace.path, 'a.txt', 'A\n');
      await put(project.path, 'mine.txt', 'mine\n');
      await put(project.path, 'src/b.txt', 'my b\n');
      assert.equal((await accept(project, workspace, 'one')).kind, 'accepted');
      const next = await provider.open({ attempt: 'two', signal: calm() });
      await put(next.path, 'src/b.txt', 'their b\n');
      assert.equal((await accept(project, next, 'two')).kind, 'refused');
      assert.equal(await get(project.path, 'src/b.txt'), 'my b\n');
      assert.equal(await get(project.path, 'mine.txt'), 'mine\n');
    },
  },
];
