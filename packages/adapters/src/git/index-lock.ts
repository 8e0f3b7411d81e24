import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from './repository.ts';
import { scratchFile } from './scratch.ts';
import { awaitLock, lockMark } from './stale-lock.ts';

/**
 * Takes git's own lock on the index of the working tree, so that no git command of the user's changes it meanwhile. Waits for
 * a live owner and removes the lock of a dead one. Throws `workspace.locked`.
 */
export async function lockIndex(
  repository: Repository,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  const path = join(repository.gitDir, 'index.lock');
  while (!(await create(repository, path))) await awaitLock(repository, path, signal);
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** Waits for the locks that a killed `update-ref` may have left on the head and its branch, and removes them when dead. */
export async function awaitRefLocks(repository: Repository, signal: AbortSignal): Promise<void> {
  const { gitDir, commonDir } = repository;
  const head = await readFile(join(gitDir, 'HEAD'), 'utf8');
  const branch = /^ref: (\S+)/.exec(head)?.[1];
  await awaitLock(repository, join(gitDir, 'HEAD.lock'), signal);
  if (branch !== undefined) await awaitLock(repository, join(commonDir, `${branch}.lock`), signal);
}

/** Waits for the lock on the index, and removes it when dead. */
export async function awaitIndexLock(repository: Repository, signal: AbortSignal): Promise<void> {
  await awaitLock(repository, join(repository.gitDir, 'index.lock'), signal);
}

/** The lock appears with its mark in it, all at once: a death in between leaves no lock that nobody owns. */
async function create({ gitDir }: Repository, path: string): Promise<boolean> {
  const prepared = scratchFile(gitDir);
  await writeFile(prepared, lockMark());
  try {
    await link(prepared, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(prepared, { force: true });
  }
}
