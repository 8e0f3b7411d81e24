import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { mapBounded } from '../internal/map-bounded.ts';
import type { Repository } from './repository.ts';

/** Whether some git that this process did not start may be at work in the repository. In doubt it may. */
export async function otherGitRuns(repository: Repository): Promise<boolean> {
  if (process.platform === 'linux') {
    const pids = await readdir('/proc').catch(() => undefined);
    if (pids === undefined) return true;
    const processes = pids.filter((name) => /^\d+$/.test(name));
    // Each opens files; one that could not be opened would be a process that is not seen.
    const found = await mapBounded(processes, 16, (pid) => isGitHere(pid, repository));
    return found.includes(true);
  }
  try {
    const { stdout } = await promisify(execFile)('ps', ['-axo', 'comm=']);
    return stdout.split('\n').some((line) => /^git(-|$)/.test(basename(line.trim())));
  } catch {
    return true;
  }
}

async function isGitHere(pid: string, { top, commonDir }: Repository): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(stat) ?? [];
  const isGit = name !== undefined && /^git(-|$)/.test(name);
  if (!isGit || state === 'Z' || parent === String(process.pid)) return false;
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const env = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  if (cwd === undefined) return true;
  return (
    `${cwd}/`.startsWith(`${top}/`) || [top, commonDir].some((path) => (words + env).includes(path))
  );
}
