import assert from 'node:assert/strict';
import type { RestoreRequest, WorkspaceProvider } from '../../spec/workspace.ts';
import { accept, calm, get, put, type WorkspaceRule } from './project.ts';

const FILES: Readonly<Record<string, string>> = { 'a.txt': 'a\n', 'src/b.txt': 'b\n' };

/** How the files of a project are taken back; for providers that can. Those that cannot have neither `head` nor `restore`. */
export const restoreRules: readonly WorkspaceRule[] = [
  {
    name: 'R3: a provider that names commits can take files back to them, and the other way round',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const { head, restore } = project.provider;
      assert.equal(head === undefined, restore === undefined);
    },
  },
  {
    name: 'R3: the files stand as they did at the commit, once, however often that is asked for',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const able = ableOf(project.provider);
      if (able === undefined) return;
      const before = await able.head(calm());
      const workspace = await project.provider.open({ attempt: 'one', signal: calm() });
      await put(workspace.path, 'a.txt', 'A\n');
      await put(workspace.path, 'deep/new.txt', 'new\n');
      const change = await accept(project, workspace, 'one');
      assert.ok(change.kind === 'accepted');
      assert.equal(await able.head(calm()), change.commit);
      const answer = await able.restore(requestFor(before));
      assert.ok(answer.kind === 'accepted', JSON.stringify(answer));
      assert.deepEqual(answer.files, ['a.txt', 'deep/new.txt']);
      assert.equal(await get(project.path, 'a.txt'), 'a\n');
      assert.equal(await get(project.path, 'deep/new.txt'), undefined);
      assert.deepEqual(await able.restore(requestFor(before)), answer);
      assert.equal(await able.head(calm()), answer.commit);
      // What was accepted stays where it is known.
      assert.equal((await project.provider.probe('one', calm()))?.kind, 'accepted');
    },
  },
  {
    name: 'R3: work that nobody committed is refused, and nothing is touched',
    check: async ({ open }) => {
      await using project = await open(FILES);
      const able = ableOf(project.provider);
      if (able === undefined) return;
      const before = await able.head(calm());
      const workspace = await project.provider.open({ attempt: 'one', signal: calm() });
      await put(workspace.path, 'a.txt', 'A\n');
      await accept(project, workspace, 'one');
      await put(project.path, 'src/b.txt', 'mine\n');
      await assert.rejects(able.restore(requestFor(before)), { code: 'workspace.dirty' });
      assert.equal(await get(project.path, 'a.txt'), 'A\n');
      assert.equal(await get(project.path, 'src/b.txt'), 'mine\n');
    },
  },
];

function ableOf({
  head,
  restore,
}: WorkspaceProvider): Required<Pick<WorkspaceProvider, 'head' | 'restore'>> | undefined {
  return head === undefined || restore === undefined ? undefined : { head, restore };
}

function requestFor(commit: string): RestoreRequest {
  return { commit, id: 'rewind-1', title: 'Go back', signal: calm() };
}
