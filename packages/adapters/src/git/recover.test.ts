import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitMessage } from './commit-message.ts';
import { writeIntent } from './intent.ts';
import { type GitProject, gitProject, work } from './project.fixture.ts';
import { findRepository } from './repository.ts';
import { clearScratch, makeScratch } from './scratch.ts';

const signal = new AbortController().signal;
const FILES = { 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n', 'd.txt': 'd\n' };

describe('an accept that was cut off', () => {
  it('G1: after the branch had moved is finished, and what the user wrote since is left and named', async () => {
    await using project = await gitProject(FILES);
    await cutOff(project, { 'a.txt': 'A\n', 'b.txt': 'B\n', 'c.txt': null, 'new/e.txt': 'E\n' });
    await writeFile(join(project.path, 'b.txt'), 'mine\n');
    await writeFile(join(project.path, 'd.txt'), 'mine too\n');
    const answer = await project.provider.probe('one', signal);
    expect(answer).toMatchObject({
      kind: 'accepted',
      files: ['a.txt', 'b.txt', 'c.txt', 'new/e.txt'],
      left: ['b.txt'],
    });
    expect(project.git('status', '--porcelain')).toBe(' M b.txt\n M d.txt\n');
    expect(await readFile(join(project.path, 'b.txt'), 'utf8')).toBe('mine\n');
    expect(await readFile(join(project.path, 'new/e.txt'), 'utf8')).toBe('E\n');
    expect(existsSync(join(project.path, 'c.txt'))).toBe(false);
  });

  it('G1: with some files moved and the index not is finished', async () => {
    await using project = await gitProject(FILES);
    await cutOff(project, { 'a.txt': 'A\n', 'b.txt': 'B\n' });
    await writeFile(join(project.path, 'a.txt'), 'A\n');
    await project.provider.prepare(signal);
    expect(project.git('status', '--porcelain')).toBe('');
    expect(await readFile(join(project.path, 'b.txt'), 'utf8')).toBe('B\n');
  });

  it('G1: leaves alone what a later commit has changed again, and what the user has staged', async () => {
    await using project = await gitProject(FILES);
    await cutOff(project, { 'a.txt': 'A\n', 'b.txt': 'B\n', 'c.txt': 'C\n' });
    await writeFile(join(project.path, 'a.txt'), 'later\n');
    project.git('commit', '-q', '-m', 'later', '--only', 'a.txt');
    await writeFile(join(project.path, 'b.txt'), 'staged\n');
    project.git('add', 'b.txt');
    expect(await project.provider.probe('one', signal)).toMatchObject({ left: ['b.txt'] });
    expect(project.git('status', '--porcelain')).toBe('M  b.txt\n');
    expect(await readFile(join(project.path, 'a.txt'), 'utf8')).toBe('later\n');
    expect(await readFile(join(project.path, 'c.txt'), 'utf8')).toBe('C\n');
  });

  it('G1: before the branch had moved leaves nothing to do', async () => {
    await using project = await gitProject(FILES);
    const parent = project.git('rev-parse', 'HEAD').trim();
    await cutOff(project, { 'a.txt': 'A\n' });
    project.git('update-ref', 'HEAD', parent);
    expect(await project.provider.probe('one', signal)).toBeUndefined();
    expect(project.git('status', '--porcelain')).toBe('');
    expect(await work(project, 'two', { 'a.txt': '2\n' })).toMatchObject({ kind: 'accepted' });
    expect(existsSync(join(project.path, '.overseer/accepting.json'))).toBe(false);
  });

  it('G1: what the user undid after a whole accept is theirs, and stays undone', async () => {
    await using project = await gitProject(FILES);
    await work(project, 'one', { 'a.txt': 'A\n' });
    project.git('checkout', '-q', 'HEAD~1', '--', 'a.txt');
    expect(await project.provider.probe('one', signal)).toMatchObject({ kind: 'accepted' });
    expect(project.git('status', '--porcelain')).toBe('M  a.txt\n');
    expect(await readFile(join(project.path, 'a.txt'), 'utf8')).toBe('a\n');
  });
});

describe('locks', () => {
  it('G1: a lock that a dead git has left is removed after a while', {
    timeout: 30_000,
  }, async () => {
    await using project = await gitProject(FILES);
    for (const lock of ['index.lock', 'HEAD.lock', 'refs/heads/main.lock']) {
      await writeFile(join(project.path, '.git', lock), '');
    }
    expect(await project.provider.probe('one', signal)).toBeUndefined();
    expect(await work(project, 'one', { 'a.txt': 'A\n' })).toMatchObject({ kind: 'accepted' });
    expect(project.git('status', '--porcelain')).toBe('');
  });

  it.skipIf(process.platform !== 'linux')(
    'G1: the lock of a git that runs is respected: an accept fails in words and can be repeated',
    { timeout: 30_000 },
    async () => {
      await using project = await gitProject(FILES);
      await writeFile(join(project.path, '.git/index.lock'), '');
      const running = await gitAtWork(project);
      const refused = work(project, 'one', { 'a.txt': 'A\n' });
      await expect(refused).rejects.toMatchObject({ code: 'workspace.locked', retryable: true });
      expect(existsSync(join(project.path, '.git/index.lock'))).toBe(true);
      expect(project.git('rev-list', '--count', 'HEAD')).toBe('1\n');
      running.stdin?.end();
      await once(running, 'exit');
      await rm(join(project.path, '.git/index.lock'));
      expect(await work(project, 'one', { 'a.txt': 'A\n' })).toMatchObject({ kind: 'accepted' });
    },
  );

  it('G1: our own lock is taken from the dead at once', async () => {
    await using project = await gitProject(FILES);
    const dead = { name: 'git', pid: 2 ** 22 + 1, bootId: 'x', processStart: '1' };
    const lock = join(project.path, '.git/index.lock');
    await writeFile(lock, `${JSON.stringify({ overseer: dead })}\n`);
    const startedAt = performance.now();
    expect(await work(project, 'one', { 'a.txt': 'A\n' })).toMatchObject({ kind: 'accepted' });
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    await expect(stat(lock)).rejects.toThrow();
  });
});

describe('scratch', () => {
  it('R2: what the dead left is cleared, what the living use is not', async () => {
    await using project = await gitProject(FILES);
    const repository = await findRepository(project.path, signal);
    const owner = Buffer.from(JSON.stringify([2 ** 22 + 1, 'x', '1'])).toString('base64url');
    const dead = join(project.path, '.overseer/tmp', `${owner}.1`);
    await mkdir(dead, { recursive: true });
    await writeFile(join(project.path, '.git', `overseer-${owner}.2`), '');
    await using alive = await makeScratch(repository);
    await clearScratch(repository);
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(join(project.path, '.git', `overseer-${owner}.2`))).toBe(false);
    expect(existsSync(alive.path)).toBe(true);
  });
});

/** Brings a project to where a process died right after the branch had moved; `null` deletes a file. */
async function cutOff(
  project: GitProject,
  files: Readonly<Record<string, string | null>>,
): Promise<void> {
  const parent = project.git('rev-parse', 'HEAD').trim();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(project.path, path, '..'), { recursive: true });
    if (text === null) await rm(join(project.path, path));
    else await writeFile(join(project.path, path), text);
  }
  project.git('add', '--all', '--', '.', ':!.overseer');
  const trailers = { run: 'r', task: 't', attempt: 'one' };
  project.git('commit', '-q', '-m', commitMessage({ title: 'One', trailers }));
  const commit = project.git('rev-parse', 'HEAD').trim();
  project.git('reset', '-q', '--hard', parent);
  await writeIntent(await findRepository(project.path, signal), { attempt: 'one', commit, parent });
  project.git('update-ref', 'HEAD', commit);
}

/** A git in the repository that is nobody's child here, and works until its input ends. */
async function gitAtWork(project: GitProject): Promise<ChildProcess> {
  const script = 'git cat-file --batch; true';
  const child = spawn('sh', ['-c', script], {
    cwd: project.path,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin?.write('HEAD\n');
  await once(child.stdout ?? child, 'data');
  return child;
}
