import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'overseer-git-')));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

describe.runIf(process.platform === 'linux')('another git at work', () => {
  it('G1: is seen among more processes than files may be open', async () => {
    const sleep = spawnSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' }).stdout.trim();
    for (let other = 0; other < 80; other++) children.push(spawn(sleep, ['60']));
    expect(isSeen()).toBe('false');
    // Its name is all that tells a git from others.
    await copyFile(await realpath(sleep), join(folder, 'git'));
    children.push(spawn(join(folder, 'git'), ['60'], { cwd: folder }));
    expect(isSeen()).toBe('true');
  });
});

function isSeen(): string {
  const program = fileURLToPath(new URL('./few-files.fixture.ts', import.meta.url));
  const node = [process.execPath, '--conditions=@overseer/source', program, folder];
  const shell = spawnSync('sh', ['-c', 'ulimit -n 56; exec "$@"', 'sh', ...node], {
    encoding: 'utf8',
  });
  return shell.stdout + shell.stderr;
}
