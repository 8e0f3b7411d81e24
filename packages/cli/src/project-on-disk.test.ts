import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initRepository } from '@overseer/adapters/git';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProject, writeFileOf } from './rollback-child.fixture.ts';

const CHILD = fileURLToPath(new URL('rollback-child.fixture.ts', import.meta.url));

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-project-'));
  const repository = join(folder, 'repository');
  await mkdir(repository);
  await writeFile(join(repository, 'README.md'), 'A shop.\n');
  await initRepository(repository);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function files(): Promise<readonly string[]> {
  return (await readdir(join(folder, 'repository'))).filter((name) => name.endsWith('.txt')).sort();
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: join(folder, 'repository'), encoding: 'utf8' }).trim();
}

describe('a project in a repository and a file', () => {
  it('R3 R4: goes through its phases, is taken back with its files, and is there again after a restart', async () => {
    const first = await openProject(folder);
    const { project } = first;
    await project.enter('Build');
    expect(await project.enter('Ship')).toMatchObject({ kind: 'refused' });
    await writeFileOf(first, 'one');
    await project.checkpoint('one');
    const run = await writeFileOf(first, 'two');
    expect(await project.enter('Ship')).toMatchObject({
      findings: [{ message: 'there is one.txt two.txt' }],
    });
    await project.rollback({ checkpoint: 'one' });
    expect(await files()).toEqual(['one.txt']);
    expect(git('show', 'HEAD^:two.txt')).toBe('two');
    await first.close();
    await using second = await openProject(folder);
    const state = await second.project.state();
    expect(state).toMatchObject({ phase: 'Build', runs: [{ counts: 'all' }, { counts: 'none' }] });
    expect((await second.project.enter('Ship')).kind).toBe('entered');
    const told = [];
    for await (const one of second.delegations({ run })) told.push(one);
    expect(told).toMatchObject([
      {
        task: 'two',
        model: 'a',
        outcome: 'accepted',
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      },
    ]);
    const fork = await second.fork(run);
    expect(await fork.result).toMatchObject({ status: 'completed', usage: { calls: 0 } });
  });

  it.skipIf(process.platform === 'win32').each(['before', 'after'])(
    'R3 R1: killed %s its files have followed, it is taken back by the next process, with one commit',
    { timeout: 60_000 },
    async (when) => {
      const first = await openProject(folder);
      await first.project.enter('Build');
      await writeFileOf(first, 'one');
      await writeFileOf(first, 'two');
      await first.close();
      const commits = Number(git('rev-list', '--count', 'HEAD'));
      const flags = ['--conditions=@overseer/source', '--disable-warning=ExperimentalWarning'];
      const args = [...flags, CHILD, 'roll-back', folder, when];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      expect(await files()).toEqual(when === 'before' ? ['one.txt', 'two.txt'] : []);
      await using second = await openProject(folder);
      const state = await second.project.state();
      expect(state.rewinding).toBeUndefined();
      expect(state).toMatchObject({
        phase: 'Build',
        runs: [{ counts: 'none' }, { counts: 'none' }],
      });
      expect(await files()).toEqual([]);
      expect(Number(git('rev-list', '--count', 'HEAD'))).toBe(commits + 1);
      expect(git('log', '-1', '--format=%(trailers:key=Overseer-Rewind,valueonly)')).not.toBe('');
      expect(git('status', '--porcelain')).toBe('');
    },
  );
});
