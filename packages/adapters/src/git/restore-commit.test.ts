import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeIntent } from './intent.ts';
import { gitProject, work } from './project.fixture.ts';
import { findRepository } from './repository.ts';

const calm = (): AbortSignal => new AbortController().signal;

describe('taking files back', () => {
  it('R3 G1: is a commit on top with a trailer; what was committed since stays in the history', async () => {
    await using project = await gitProject();
    const { provider, git } = project;
    const before = git('rev-parse', 'HEAD').trim();
    expect(await provider.head?.(calm())).toBe(before);
    await work(project, 'one', { 'a.txt': 'A\n', 'new/c.txt': 'c\n' });
    await writeFile(join(project.path, 'mine.txt'), 'mine\n');
    git('add', '.');
    git('commit', '-qm', 'by hand');
    const head = git('rev-parse', 'HEAD').trim();
    const request = { commit: before, title: 'Go back', id: 'r1', signal: calm() };
    const answer = await provider.restore?.(request);
    expect(answer).toMatchObject({ kind: 'accepted', files: ['a.txt', 'mine.txt', 'new/c.txt'] });
    expect(git('rev-parse', 'HEAD^').trim()).toBe(head);
    expect(git('rev-parse', 'HEAD^{tree}')).toBe(git('rev-parse', `${before}^{tree}`));
    expect(git('log', '-1', '--format=%B')).toContain('Overseer-Rewind: r1');
    expect(git('status', '--porcelain')).toBe('');
    expect(git('show', 'HEAD^:mine.txt')).toBe('mine\n');
  });

  it('R3: refuses to touch uncommitted work', async () => {
    await using project = await gitProject();
    const commit = project.git('rev-parse', 'HEAD').trim();
    await work(project, 'one', { 'a.txt': 'A\n' });
    const head = project.git('rev-parse', 'HEAD');
    await writeFile(join(project.path, 'b.txt'), 'mine\n');
    const restored = project.provider.restore?.({ commit, title: 't', id: 'r', signal: calm() });
    await expect(restored).rejects.toMatchObject({
      code: 'workspace.dirty',
      message: expect.stringContaining('b.txt'),
    });
    expect(project.git('rev-parse', 'HEAD')).toBe(head);
    expect(await readFile(join(project.path, 'b.txt'), 'utf8')).toBe('mine\n');
  });

  it('R3: refuses what is no commit', async () => {
    await using project = await gitProject();
    for (const commit of ['HEAD', 'f'.repeat(40)]) {
      const restored = project.provider.restore?.({ commit, title: 't', id: 'r', signal: calm() });
      await expect(restored).rejects.toMatchObject({ code: 'workspace.base' });
    }
  });

  it('R3 R1: one that was cut off after the branch had moved is brought to its end, and not made twice', async () => {
    await using project = await gitProject();
    const { git, provider } = project;
    const before = git('rev-parse', 'HEAD').trim();
    await work(project, 'one', { 'a.txt': 'A\n' });
    const parent = git('rev-parse', 'HEAD').trim();
    // As a process leaves it that dies between the branch and the files.
    const message = 'Go back\n\nOverseer-Rewind: r1\n';
    const commit = git('commit-tree', `${before}^{tree}`, '-p', parent, '-m', message).trim();
    const repository = await findRepository(project.path, calm());
    await writeIntent(repository, { attempt: 'rewind-r1', commit, parent });
    git('update-ref', 'HEAD', commit);
    const answer = await provider.restore?.({
      commit: before,
      title: 'Go back',
      id: 'r1',
      signal: calm(),
    });
    expect(answer).toMatchObject({ kind: 'accepted', commit, files: ['a.txt'] });
    expect(git('rev-parse', 'HEAD').trim()).toBe(commit);
    expect(await readFile(join(project.path, 'a.txt'), 'utf8')).toBe('a\n');
    expect(git('status', '--porcelain')).toBe('');
  });
});
