import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitWorkspaces } from './git-workspaces.ts';
import { initRepository } from './init-repository.ts';
import { gitProject } from './project.fixture.ts';

const signal = new AbortController().signal;

describe('prepare', () => {
  it('G1: refuses a dirty tree, names up to five paths, and touches nothing', async () => {
    await using project = await gitProject();
    for (let n = 0; n < 7; n++) await writeFile(join(project.path, `new ${n}.txt`), 'x');
    const prepared = project.provider.prepare(signal);
    await expect(prepared).rejects.toMatchObject({
      code: 'workspace.dirty',
      message: expect.stringMatching(/\(new 0\.txt, .*new 4\.txt and 2 more\); commit or stash/),
    });
    expect(project.git('status', '--porcelain').split('\n')).toHaveLength(8);
  });

  it('G1: refuses what is no repository with a working tree and a commit, each in its words', async () => {
    await using project = await gitProject({ 'sub/a.txt': '' });
    const prepare = (repository: string): Promise<void> =>
      gitWorkspaces({ repository }).prepare(signal);
    const elsewhere = join(project.path, '..');
    await expect(prepare(join(elsewhere, 'absent'))).rejects.toMatchObject({
      code: 'workspace.missing',
    });
    await expect(prepare(elsewhere)).rejects.toThrow(/is no git repository; run `git init`/);
    await expect(prepare(join(project.path, 'sub'))).rejects.toThrow(/lies inside the repository/);
    execFileSync('git', ['init', '-q', '--bare', join(elsewhere, 'bare')]);
    await expect(prepare(join(elsewhere, 'bare'))).rejects.toThrow(/bare repository/);
    execFileSync('git', ['init', '-q', join(elsewhere, 'empty')]);
    await expect(prepare(join(elsewhere, 'empty'))).rejects.toMatchObject({
      code: 'workspace.empty',
    });
  });

  it('G1: refuses a merge that is going on, allows a detached head', async () => {
    await using project = await gitProject();
    project.git('checkout', '-q', '--detach');
    await project.provider.prepare(signal);
    project.git('checkout', '-q', '-b', 'other');
    project.git('commit', '-q', '--allow-empty', '-m', 'x');
    project.git('checkout', '-q', 'main');
    project.git('merge', '-q', '--no-ff', '--no-commit', 'other');
    await expect(project.provider.prepare(signal)).rejects.toThrow(/a merge is going on/);
  });

  it('G1: hides its folder once, for all working trees of the repository', async () => {
    await using project = await gitProject();
    await writeFile(join(project.path, '.git/info/exclude'), '# mine');
    await project.provider.prepare(signal);
    await project.provider.prepare(signal);
    await project.provider.open({ attempt: 'a', signal });
    const text = await readFile(join(project.path, '.git/info/exclude'), 'utf8');
    expect(text).toBe('# mine\n.overseer/\n.overseer-*.tmp\n');
    expect(project.git('status', '--porcelain', '--ignored')).toBe('!! .overseer/\n');
  });
});

describe('initRepository', () => {
  it('Q2: makes a repository of a folder once', async () => {
    await using project = await gitProject({ x: '1' });
    const folder = join(project.path, '../fresh');
    await mkdir(folder);
    await writeFile(join(folder, 'f.txt'), 'f');
    const commit = await initRepository(folder);
    expect(await initRepository(folder)).toBe(commit);
    expect(execFileSync('git', ['-C', folder, 'ls-files'], { encoding: 'utf8' })).toBe('f.txt\n');
    await gitWorkspaces({ repository: folder }).prepare(signal);
    expect(await initRepository(join(folder, '../empty'))).toMatch(/^[0-9a-f]{40}$/);
  });
});
