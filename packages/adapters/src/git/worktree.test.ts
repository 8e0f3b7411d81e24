import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { accept, gitProject } from './project.fixture.ts';

const signal = new AbortController().signal;

describe('open', () => {
  it('R2: rebuilds from whatever a killed git has left', { timeout: 30_000 }, async () => {
    await using project = await gitProject();
    const { path, base } = await project.provider.open({ attempt: 'a', signal });
    const admin = join(project.path, '.git/worktrees/a');
    const ruins: readonly (() => Promise<unknown>)[] = [
      () => rm(path, { recursive: true }),
      () => rm(admin, { recursive: true }),
      () => rm(join(admin, 'gitdir')),
      () => rm(join(admin, 'index')),
      () => writeFile(join(admin, 'locked'), 'initializing'),
      () => writeFile(join(admin, 'index.lock'), ''),
      () => rm(join(path, '.git')),
      () => writeFile(join(path, 'a.txt'), 'half'),
      () => writeFile(join(admin, 'HEAD'), 'ref: refs/heads/main\n'),
    ];
    for (const ruin of ruins) {
      await ruin();
      const again = await project.provider.open({ attempt: 'a', base, signal });
      expect(await again.changed(signal)).toEqual([]);
      expect(await readFile(join(again.path, 'a.txt'), 'utf8')).toBe('a\n');
    }
    expect(project.git('worktree', 'list').trim().split('\n')).toHaveLength(2);
  });

  it('G1: whatever an attempt is called, it has a folder of its own in .overseer', async () => {
    await using project = await gitProject();
    const names = ['a/b', 'A', 'a', '../../x', 'ü', '.git', 'con', 'x'.repeat(300), 'a b', 'a\nb'];
    const paths = new Set<string>();
    for (const attempt of names)
      paths.add((await project.provider.open({ attempt, signal })).path.toLowerCase());
    expect(paths.size).toBe(names.length);
    const inside = join(project.path, '.overseer/worktrees/').toLowerCase();
    expect([...paths].every((path) => path.startsWith(inside))).toBe(true);
  });

  it('G1: refuses a base that is no commit, and a folder that leads elsewhere', async () => {
    await using project = await gitProject();
    const open = (base: string): Promise<Workspace> =>
      project.provider.open({ attempt: 'a', base, signal });
    await expect(open('0'.repeat(40))).rejects.toMatchObject({ code: 'workspace.base' });
    await expect(open('main')).rejects.toMatchObject({ code: 'workspace.base' });
    await mkdir(join(project.path, '.overseer'));
    await symlink(join(project.path, '..'), join(project.path, '.overseer/worktrees'));
    await expect(project.provider.open({ attempt: 'a', signal })).rejects.toThrow(/is a link/);
  });

  it('G1: many attempts open and close at once', { timeout: 30_000 }, async () => {
    await using project = await gitProject();
    const names = Array.from({ length: 16 }, (_, n) => `a${n}`);
    const spaces = await Promise.all(
      names.map((attempt) => project.provider.open({ attempt, signal })),
    );
    await Promise.all(
      spaces.map(async (workspace, n) => {
        await writeFile(join(workspace.path, `${n}.txt`), `${n}`);
        expect(await accept(project, workspace, `a${n}`)).toMatchObject({ files: [`${n}.txt`] });
      }),
    );
    await Promise.all(names.map((attempt) => project.provider.close(attempt)));
    expect(project.git('rev-list', '--count', 'HEAD')).toBe('17\n');
    expect(project.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
    expect(project.git('status', '--porcelain')).toBe('');
  });

  it('G1: leaves the worktrees of the user alone', async () => {
    await using project = await gitProject();
    const gone = join(project.path, '../on a disk that is away');
    project.git('worktree', 'add', '-q', '--detach', gone);
    await rm(gone, { recursive: true });
    await project.provider.open({ attempt: 'a', signal });
    await project.provider.close('a');
    expect(project.git('worktree', 'list')).toContain('on a disk that is away');
  });
});
