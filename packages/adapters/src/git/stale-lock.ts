import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentHolder, isAlive, OverseerError } from '@overseer/core/plugin';
import { otherGitRuns } from './git-processes.ts';
import type { Repository } from './repository.ts';

/** A lock of git is given up by then, unless its owner has died. */
const GIT_PATIENCE_MS = 3_000;

/** An accept of another Overseer takes longer. */
const OVERSEER_PATIENCE_MS = 30_000;

const POLL_MS = 25;

/** What our own lock files hold, so that they can be told from git's, and a dead owner from a live one. */
export function lockMark(): string {
  return `${JSON.stringify({ overseer: currentHolder('git') })}\n`;
}

/**
 * Waits until a lock file is gone. Removes it when its owner is known to be dead, or when it is git's, 3 s have passed and no
 * git runs in the repository. Throws `workspace.locked` otherwise.
 */
export async function awaitLock(
  repository: Repository,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  for (let judged = await look(path); judged !== undefined; judged = await look(path)) {
    if (await mayTake(repository, path, judged, performance.now() - startedAt)) {
      await take(path, judged);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function mayTake(
  repository: Repository,
  path: string,
  { owner }: Judged,
  waitedMs: number,
): Promise<boolean> {
  if (owner === 'dead') return true;
  if (waitedMs <= (owner === 'git' ? GIT_PATIENCE_MS : OVERSEER_PATIENCE_MS)) return false;
  if (owner === 'git' && !(await otherGitRuns(repository))) return true;
  throw locked(path);
}

interface Judged {
  readonly owner: 'git' | 'dead' | 'alive';
  readonly ino: number;
  readonly mtimeMs: number;
}

async function look(path: string): Promise<Judged | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  const text = await readFile(path, 'latin1').catch(() => '');
  return { owner: ownerOf(text), ino: stats.ino, mtimeMs: stats.mtimeMs };
}

function ownerOf(text: string): Judged['owner'] {
  if (!text.startsWith('{"overseer":')) return 'git';
  try {
    return isAlive(JSON.parse(text).overseer) ? 'alive' : 'dead';
  } catch {
    return 'dead';
  }
}

/** Removes the very file that was judged: another may have come in its place meanwhile, and then goes back there. */
async function take(path: string, judged: Judged): Promise<void> {
  const aside = `${path}.stale-${randomUUID()}`;
  const moved = await rename(path, aside).catch(() => 'gone');
  if (moved === 'gone') return;
  const stats = await stat(aside);
  if (stats.ino !== judged.ino || stats.mtimeMs !== judged.mtimeMs) {
    await link(aside, path).catch(() => undefined);
  }
  await rm(aside, { force: true });
}

function locked(path: string): OverseerError {
  const words = `Another program holds ${path}; try again when it has ended, or remove the file if there is none.`;
  return new OverseerError('workspace.locked', words, { retryable: true });
}
