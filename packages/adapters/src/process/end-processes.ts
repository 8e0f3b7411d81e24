import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { mapBounded } from '../internal/map-bounded.ts';

/** The variable that marks the processes of one run, so that those that left its group are found. */
export const MARK = 'OVERSEER_PROCESS';

/**
 * Ends a process that was started with `detached`, its group and, on Linux, whatever else carries its `mark`: politely first
 * when `patienceMs` allows. Resolves when the signals are sent.
 */
export async function endTree(
  child: ChildProcess,
  mark: string,
  patienceMs: number = 0,
): Promise<void> {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') return await endOnWindows(child.pid);
  if (patienceMs > 0) {
    signal(-child.pid, 'SIGTERM');
    await exitWithin(child, patienceMs);
  }
  signal(-child.pid, 'SIGKILL');
  if (process.platform === 'linux') await endMarked(mark);
}

/** Ends one process, politely first. */
export async function endOne(child: ChildProcess, patienceMs: number): Promise<void> {
  child.kill('SIGTERM');
  await exitWithin(child, patienceMs);
  child.kill('SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}

async function exitWithin(child: ChildProcess, ms: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  child.once('exit', () => resolve());
  await promise;
  clearTimeout(timer);
}

/** A process can leave its group, but not shed the environment that it was started with. New ones may appear meanwhile. */
async function endMarked(mark: string): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
    const marked = await mapBounded(pids, 16, (pid) => carries(pid, `${MARK}=${mark}`));
    const found = pids.filter((_, index) => marked[index] === true);
    if (found.length === 0) return;
    for (const pid of found) signal(Number(pid), 'SIGKILL');
  }
}

async function carries(pid: string, variable: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return environment.split('\0').includes(variable);
}

async function endOnWindows(pid: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const killer = spawn('taskkill', ['/pid', `${pid}`, '/T', '/F'], { stdio: 'ignore' });
  killer.once('exit', () => resolve());
  killer.once('error', () => resolve());
  await promise;
}
