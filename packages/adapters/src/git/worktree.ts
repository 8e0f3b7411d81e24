import { mkdir, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OverseerError } from '@overseer/core/plugin';
import { attemptName } from './attempt-name.ts';
import type { Repository } from './repository.ts';

/** Where an attempt works. */
export interface Worktree {
  readonly path: string;
  /** Git's folder for this working tree; commands name it, because the `.git` file in the tree is within the attempt's reach. */
  readonly adminDir: string;
}

/** The working tree of an attempt, whether it is there or not. */
export function worktreeOf(repository: Repository, attempt: string): Worktree {
  const name = attemptName(attempt);
  return {
    path: join(repository.stateDir, 'worktrees', name),
    adminDir: join(repository.commonDir, 'worktrees', name),
  };
}

/** The variables that make git work on an attempt's files, whatever the attempt did to its `.git` file. */
export function worktreeEnv({ path, adminDir }: Worktree): Record<string, string> {
  return { GIT_DIR: adminDir, GIT_WORK_TREE: path };
}

/** Git fails now and then while another git makes a working tree of the same repository. */
const TRIES = 3;

/**
 * Makes a detached working tree at the commit `base`, after dropping whatever is left of an earlier one. The caller makes one
 * at a time: git does not bear two at once.
 */
export async function addWorktree(
  repository: Repository,
  attempt: string,
  base: string,
  signal: AbortSignal,
): Promise<Worktree> {
  const worktree = worktreeOf(repository, attempt);
  const args = ['worktree', 'add', '--quiet', '--detach', worktree.path, base];
  for (let tries = 1; ; tries++) {
    await dropWorktree(repository, attempt);
    await makeParent(repository);
    try {
      await repository.git(args, { signal, settings: ['core.autocrlf=false'] });
      break;
    } catch (error) {
      if (tries === TRIES || signal.aborted) throw error;
    }
  }
  if (await isWhole(worktree)) return worktree;
  const words = `git registered ${worktree.path} under another name; remove ${worktree.adminDir}.`;
  throw new OverseerError('workspace.git', words);
}

/** Removes a working tree and its registration, whole or half made. Does nothing when there is none. */
export async function dropWorktree(repository: Repository, attempt: string): Promise<void> {
  const worktree = worktreeOf(repository, attempt);
  await rm(worktree.path, { recursive: true, force: true, maxRetries: 3 });
  const registrations = join(repository.commonDir, 'worktrees');
  const name = attemptName(attempt);
  const names = (await readdir(registrations).catch(() => [])).filter((one) =>
    one.startsWith(name),
  );
  for (const one of names) {
    const adminDir = join(registrations, one);
    const owner = await ownerOf(adminDir);
    const ours = owner === worktree.path || (owner === undefined && one === name);
    if (ours) await rm(adminDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Whether the working tree is there, complete and registered. */
export async function isWhole(worktree: Worktree): Promise<boolean> {
  if ((await ownerOf(worktree.adminDir)) !== worktree.path) return false;
  const found = await Promise.all([
    exists(worktree.path),
    exists(join(worktree.adminDir, 'HEAD')),
    exists(join(worktree.adminDir, 'index')),
    exists(join(worktree.adminDir, 'locked')),
  ]);
  // Git locks a working tree for as long as it is being made.
  return found.join() === 'true,true,true,false';
}

/** The commit that a working tree was made from; `undefined` when it is gone or stands elsewhere. */
export async function baseOf(worktree: Worktree): Promise<string | undefined> {
  const head = await readFile(join(worktree.adminDir, 'HEAD'), 'utf8').catch(() => '');
  return /^[0-9a-f]{40,64}$/.exec(head.trim())?.[0];
}

/** The working tree that a registration belongs to. */
async function ownerOf(adminDir: string): Promise<string | undefined> {
  const gitdir = await readFile(join(adminDir, 'gitdir'), 'utf8').catch(() => '');
  return gitdir.trim() === '' ? undefined : resolve(adminDir, gitdir.trim(), '..');
}

/** A link at this place could lead the attempt's files, and their removal, anywhere. */
async function makeParent({ stateDir }: Repository): Promise<void> {
  const parent = join(stateDir, 'worktrees');
  await mkdir(parent, { recursive: true });
  if ((await realpath(parent)) === parent) return;
  const words = `${parent} is a link; remove it, so that attempts stay in the repository.`;
  throw new OverseerError('workspace.missing', words);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
