import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { gitWorkspaces } from './git-workspaces.ts';
import { accept, type GitProject, gitProject } from './project.fixture.ts';

const signal = new AbortController().signal;
const CHILD = fileURLToPath(new URL('crash-child.fixture.ts', import.meta.url));
const KILLS = 24;

describe.skipIf(process.platform === 'win32')('kill -9 in the middle of an accept', () => {
  it.each([
    ['alone, so that its git lives on', false],
    ['with its git', true],
  ])(
    'R1: the process dies %s, and the change goes in exactly once',
    { timeout: 300_000 },
    async (_, withGit) => {
      await using project = await gitProject(FILES);
      await project.provider.prepare(signal);
      await writeFile(join(project.path, 'mine.txt'), 'mine\n');
      await writeFile(join(project.path, 'kept.txt'), 'changed by the user\n');
      const stages: Stage[] = [];
      for (let n = 0; n < KILLS; n++) {
        const attempt = `attempt-${n}`;
        stages.push(await killDuring(project, attempt, n, withGit));
        const provider = gitWorkspaces({ repository: project.path });
        const known = await provider.probe(attempt, signal);
        if (known !== undefined) expect(project.git('status', '--porcelain')).toBe(MINE);
        const base = project.git('rev-parse', `refs/bases/${attempt}`).trim();
        const workspace = await provider.open({ attempt, base, keep: true, signal });
        const answer = await accept({ ...project, provider }, workspace, attempt, `t${n}`);
        expect(answer).toMatchObject({ kind: 'accepted', files: filesOf(n) });
        await expectWhole(project, n);
      }
      // The moments are by chance, but the test proves little unless both sides of the turning point were met.
      expect(stages).toContain('nothing had moved');
      expect(stages).toContain('half of it had moved');
      project.git('fsck', '--strict');
    },
  );
});

type Stage = 'nothing had moved' | 'half of it had moved' | 'it was over';

const MINE = ' M kept.txt\n?? mine.txt\n';

const FILES: Readonly<Record<string, string>> = {
  'kept.txt': 'kept\n',
  'tasks.md': Array.from({ length: KILLS + 1 }, (_, n) => `- [ ] t${n}.\n`).join(''),
  ...Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`dir/f${n}.txt`, 'old\n'])),
};

function filesOf(n: number): readonly string[] {
  return [...Array.from({ length: 6 }, (_, k) => `dir/f${k}.txt`), `new/${n}.txt`, 'tasks.md'];
}

/** An attempt that changes six files and adds one, and a process that accepts it. */
async function begin(project: GitProject, attempt: string, n: number): Promise<ChildProcess> {
  const workspace = await project.provider.open({ attempt, signal });
  project.git('update-ref', `refs/bases/${attempt}`, workspace.base);
  for (const file of filesOf(n).slice(0, 6)) {
    await writeFile(join(workspace.path, file), `${attempt}\n`.repeat(200));
  }
  await mkdir(join(workspace.path, 'new'), { recursive: true });
  await writeFile(join(workspace.path, `new/${n}.txt`), 'new\n');
  const args = [project.path, workspace.path, workspace.base, attempt, `t${n}`];
  const options = ['--conditions=@overseer/source', CHILD, ...args];
  return spawn(process.execPath, options, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Kills the process by chance: a third of the times at any moment, else soon after it has begun to move things. */
async function killDuring(
  project: GitProject,
  attempt: string,
  n: number,
  withGit: boolean,
): Promise<Stage> {
  const before = project.git('rev-parse', 'HEAD');
  const child = await begin(project, attempt, n);
  const exited = once(child, 'exit');
  await once(child.stdout ?? child, 'data');
  const file = [undefined, '.git/index.lock', '.overseer/accepting.json'][n % 3];
  if (file === undefined) await Promise.race([exited, sleep(Math.random() * 150)]);
  else await shortlyAfter(join(project.path, file), child);
  try {
    process.kill(withGit ? -(child.pid ?? 0) : (child.pid ?? 0), 'SIGKILL');
  } catch {
    // It has ended already.
  }
  await exited;
  const pending = existsSync(join(project.path, '.overseer/accepting.json'));
  if (project.git('rev-parse', 'HEAD') === before) return 'nothing had moved';
  return pending ? 'half of it had moved' : 'it was over';
}

async function shortlyAfter(file: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && !existsSync(file)) await setImmediate();
  const until = performance.now() + Math.random() * 20;
  while (child.exitCode === null && performance.now() < until) await setImmediate();
}

async function expectWhole(project: GitProject, n: number): Promise<void> {
  const attempt = `attempt-${n}`;
  const log = project.git('log', '--format=%(trailers:key=Overseer-Attempt,valueonly)');
  expect(log.split('\n').filter((line) => line === attempt)).toHaveLength(1);
  expect(project.git('status', '--porcelain')).toBe(MINE);
  expect(await readFile(join(project.path, 'kept.txt'), 'utf8')).toBe('changed by the user\n');
  expect(await readFile(join(project.path, 'tasks.md'), 'utf8')).toContain(`[x] t${n}.`);
  expect(await readFile(join(project.path, 'dir/f0.txt'), 'utf8')).toBe(`${attempt}\n`.repeat(200));
  await expect(access(join(project.path, '.git/index.lock'))).rejects.toThrow();
  await expect(access(join(project.path, '.overseer/accepting.json'))).rejects.toThrow();
  expect(
    (await readdir(join(project.path, '.git'))).filter((one) => one.endsWith('.lock')),
  ).toEqual([]);
}
