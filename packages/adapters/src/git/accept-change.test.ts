import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { accept, gitProject, work } from './project.fixture.ts';

const signal = new AbortController().signal;

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('accept', () => {
  it('G1: makes one commit with title and trailers, by the user where there is one', async () => {
    await using project = await gitProject();
    project.git('config', 'user.name', 'Ada');
    project.git('config', 'user.email', 'ada@example.org');
    project.git('config', 'commit.gpgsign', 'true');
    await writeFile(join(project.path, '.git/hooks/post-commit'), '#!/bin/sh\ntouch hooked\n', {
      mode: 0o755,
    });
    const answer = await work(project, 'one', { 'a.txt': 'A\n' }, 'Do it\n\nBreak: out');
    expect(answer).toMatchObject({ kind: 'accepted', files: ['a.txt'] });
    expect(project.git('log', '-1', '--format=%an %ae %cn%n%B').trimEnd()).toBe(
      'Ada ada@example.org Ada\nDo it Break: out\n\nOverseer-Run: r\nOverseer-Task: t\nOverseer-Attempt: one',
    );
    expect(project.git('status', '--porcelain')).toBe('');
    expect(project.git('rev-list', '--count', 'HEAD')).toBe('2\n');
  });

  it('G1: commits as Overseer where the user has no name', async () => {
    vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
    vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
    await using project = await gitProject();
    await work(project, 'one', { 'a.txt': 'A\n' });
    expect(project.git('log', '--format=%an <%ae>')).toBe(
      'Overseer <overseer@localhost>\nOverseer <overseer@localhost>\n',
    );
  });

  it('G1: carries modes, links, deletions, and folders that become files and back', async () => {
    await using project = await gitProject({
      'dir/x': 'x',
      'dir/y': 'y',
      file: 'f',
      'gone/z': 'z',
    });
    const { provider } = project;
    const workspace = await provider.open({ attempt: 'one', signal });
    await rm(join(workspace.path, 'dir'), { recursive: true });
    await rm(join(workspace.path, 'gone'), { recursive: true });
    await rm(join(workspace.path, 'file'));
    await writeFile(join(workspace.path, 'dir'), 'now a file');
    await mkdir(join(workspace.path, 'file'));
    await writeFile(join(workspace.path, 'file/in'), 'now a folder');
    await symlink('dir', join(workspace.path, 'link'));
    await writeFile(join(workspace.path, 'run.sh'), '#!/bin/sh\n');
    await chmod(join(workspace.path, 'run.sh'), 0o755);
    await writeFile(join(workspace.path, 'new\nline "ü"'), 'n');
    expect(await accept(project, workspace, 'one')).toMatchObject({ kind: 'accepted' });
    expect(project.git('status', '--porcelain')).toBe('');
    expect(await readFile(join(project.path, 'dir'), 'utf8')).toBe('now a file');
    expect(await readFile(join(project.path, 'file/in'), 'utf8')).toBe('now a folder');
    expect(await readlink(join(project.path, 'link'))).toBe('dir');
    expect((await stat(join(project.path, 'run.sh'))).mode & 0o111).toBe(0o111);
    await expect(stat(join(project.path, 'gone'))).rejects.toThrow();
  });

  it('G1: leaves uncommitted work alone: staged, unstaged, untracked and ignored', async () => {
    await using project = await gitProject({
      'a.txt': 'a\n',
      'b.txt': 'b\n',
      'c.txt': 'c\n',
      '.gitignore': 'env\n',
    });
    await project.provider.open({ attempt: 'first', signal });
    await writeFile(join(project.path, 'b.txt'), 'mine, staged\n');
    project.git('add', 'b.txt');
    await writeFile(join(project.path, 'c.txt'), 'mine\n');
    await writeFile(join(project.path, 'env'), 'key\n');
    await writeFile(join(project.path, 'note'), 'mine\n');
    const before = project.git('status', '--porcelain', '--ignored');
    expect(await work(project, 'one', { 'a.txt': 'A\n' })).toMatchObject({ kind: 'accepted' });
    expect(project.git('status', '--porcelain', '--ignored')).toBe(before);
    const refusals: readonly Readonly<Record<string, string>>[] = [
      { 'b.txt': 'theirs' },
      { 'c.txt': 'theirs' },
      { note: 'theirs' },
      { env: 'theirs', '.gitignore': '' },
      { 'note/below': 'theirs' },
    ];
    for (const [n, files] of refusals.entries()) {
      const answer = await work(project, `refused-${n}`, { 'a.txt': 'never', ...files });
      expect(answer).toMatchObject({
        kind: 'refused',
        because: expect.stringContaining('uncommitted'),
      });
    }
    expect(project.git('status', '--porcelain', '--ignored')).toBe(before);
    expect(await readFile(join(project.path, 'env'), 'utf8')).toBe('key\n');
    expect(await readFile(join(project.path, 'a.txt'), 'utf8')).toBe('A\n');
  });

  it('G1: never writes through a link that the user put in the way', async () => {
    await using project = await gitProject({ 'dir/a.txt': 'a\n', 'b.txt': 'b\n' });
    const outside = join(project.path, '../outside');
    await mkdir(outside);
    await writeFile(join(outside, 'a.txt'), 'a\n');
    await rm(join(project.path, 'dir'), { recursive: true });
    await symlink(outside, join(project.path, 'dir'));
    expect(await work(project, 'one', { 'dir/a.txt': 'A\n' })).toMatchObject({ kind: 'refused' });
    expect(await readFile(join(outside, 'a.txt'), 'utf8')).toBe('a\n');
  });

  it('A1: ticks the document of the last commit, not of the base', async () => {
    await using project = await gitProject({
      'a.txt': 'a\n',
      'tasks.md': '- [ ] one\r\n- [ ] two\r\n',
    });
    const one = await project.provider.open({ attempt: 'one', signal });
    const two = await project.provider.open({ attempt: 'two', signal });
    await writeFile(join(two.path, 'two.txt'), '2');
    expect(await accept(project, one, 'one', 'one')).toMatchObject({ files: ['tasks.md'] });
    expect(await accept(project, two, 'two', 'two')).toMatchObject({
      files: ['tasks.md', 'two.txt'],
    });
    expect(await readFile(join(project.path, 'tasks.md'), 'utf8')).toBe(
      '- [x] one\r\n- [x] two\r\n',
    );
    const stale = await project.provider.open({ attempt: 'three', signal });
    await writeFile(join(stale.path, 'tasks.md'), 'rewritten');
    expect(await accept(project, stale, 'three', 'one')).toMatchObject({
      kind: 'refused',
      findings: [{ file: 'tasks.md' }],
    });
  });

  it('G1: merges onto what the user committed meanwhile, even where history was rewritten', async () => {
    await using project = await gitProject({ 'a.txt': '1\n2\n3\n4\n5\n' });
    await writeFile(join(project.path, 'dropped.txt'), 'x');
    project.git('add', '.');
    project.git('commit', '-q', '-m', 'to be dropped');
    const workspace = await project.provider.open({ attempt: 'one', signal });
    await writeFile(join(workspace.path, 'a.txt'), '1\n2\n3\n4\nfive\n');
    project.git('reset', '-q', '--hard', 'HEAD~1');
    await writeFile(join(project.path, 'a.txt'), 'one\n2\n3\n4\n5\n');
    project.git('commit', '-qam', 'instead');
    expect(await accept(project, workspace, 'one')).toMatchObject({ files: ['a.txt'] });
    expect(await readFile(join(project.path, 'a.txt'), 'utf8')).toBe('one\n2\n3\n4\nfive\n');
    await expect(stat(join(project.path, 'dropped.txt'))).rejects.toThrow();
  });

  it('G1: an attempt that plays with git is held to its files', { timeout: 30_000 }, async () => {
    await using project = await gitProject();
    const { provider } = project;
    const workspace = await provider.open({ attempt: 'one', signal });
    const inside = (...args: readonly string[]): void => {
      execFileSync('git', ['-c', 'user.name=M', '-c', 'user.email=m@m', ...args], {
        cwd: workspace.path,
      });
    };
    await writeFile(join(workspace.path, 'a.txt'), 'A\n');
    inside('commit', '-qam', 'its own commit');
    inside('checkout', '-q', '-b', 'its-own-branch');
    expect(await workspace.changed(signal)).toEqual(['a.txt']);
    await rm(join(workspace.path, '.git'));
    execFileSync('git', ['init', '-q', workspace.path]);
    inside('config', 'core.fsmonitor', `touch ${join(project.path, 'pwned')}`);
    expect(await workspace.changed(signal)).toEqual(['a.txt']);
    expect(await accept(project, workspace, 'one')).toMatchObject({ files: ['a.txt'] });
    expect(project.git('status', '--porcelain')).toBe('');
    const nested = await provider.open({ attempt: 'two', signal });
    execFileSync('git', ['init', '-q', join(nested.path, 'sub')]);
    expect(await accept(project, nested, 'two')).toMatchObject({ kind: 'refused' });
    execFileSync(
      'git',
      ['-c', 'user.name=M', '-c', 'user.email=m@m', 'commit', '-q', '--allow-empty', '-m', 'x'],
      { cwd: join(nested.path, 'sub') },
    );
    expect(await accept(project, nested, 'two')).toMatchObject({ kind: 'refused' });
  });

  it('G1: sees what was written in the same instant as the folder itself', async () => {
    await using project = await gitProject({ 'a.txt': '0000\n' });
    for (let n = 1; n <= 15; n++) {
      const answer = await work(project, `a${n}`, {
        'a.txt': `${n}`.padStart(4, '0').concat('\n'),
      });
      expect(answer).toMatchObject({ kind: 'accepted', files: ['a.txt'] });
    }
    expect(await readFile(join(project.path, 'a.txt'), 'utf8')).toBe('0015\n');
  });

  it('G1: on a detached head the head moves, on a branch the branch', async () => {
    await using project = await gitProject();
    await work(project, 'one', { 'a.txt': '1' });
    project.git('checkout', '-q', '--detach');
    await work(project, 'two', { 'a.txt': '2' });
    expect(project.git('log', '--format=%s', 'main')).toBe('Do one\nBegin\n');
    expect(project.git('log', '--format=%s', 'HEAD')).toBe('Do two\nDo one\nBegin\n');
    expect(project.git('reflog', '-1', '--format=%gs')).toBe('overseer: accept two\n');
  });

  it('G1: keeps the line ends that the user has set', async () => {
    await using project = await gitProject({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    project.git('config', 'core.autocrlf', 'true');
    await rm(join(project.path, 'a.txt'));
    await rm(join(project.path, 'b.txt'));
    project.git('checkout', '-q', '--', '.');
    expect(await readFile(join(project.path, 'a.txt'), 'utf8')).toBe('a\r\n');
    await project.provider.prepare(signal);
    expect(await work(project, 'one', { 'a.txt': 'A\n' })).toMatchObject({ kind: 'accepted' });
    expect(await readFile(join(project.path, 'a.txt'), 'utf8')).toBe('A\r\n');
    expect(project.git('show', 'HEAD:a.txt')).toBe('A\n');
    expect(project.git('status', '--porcelain')).toBe('');
  });

  it('K6: an aborted call changes nothing', async () => {
    await using project = await gitProject();
    const workspace = await project.provider.open({ attempt: 'one', signal });
    await writeFile(join(workspace.path, 'a.txt'), 'A\n');
    const trailers = { run: 'r', task: 't', attempt: 'one' };
    const aborted = { workspace, title: 'x', trailers, signal: AbortSignal.abort() };
    await expect(project.provider.accept(aborted)).rejects.toThrow();
    expect(await project.provider.probe('one', signal)).toBeUndefined();
    expect(project.git('status', '--porcelain')).toBe('');
  });
});
