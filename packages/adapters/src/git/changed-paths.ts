import type { Repository } from './repository.ts';
import { statusPaths } from './status-paths.ts';
import { baseOf, type Worktree, worktreeEnv } from './worktree.ts';

/** Paths that differ from `base` in an attempt's working tree, untracked ones included, sorted. */
export async function changedPaths(
  repository: Repository,
  worktree: Worktree,
  base: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const call = {
    cwd: worktree.path,
    env: worktreeEnv(worktree),
    signal,
    settings: ['core.autocrlf=false'],
  };
  // Whatever the attempt committed or checked out there, the question is what differs from its base.
  if ((await baseOf(worktree)) !== base) {
    await repository.git(['update-ref', '--no-deref', 'HEAD', base], call);
  }
  const args = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all'];
  return [...new Set(statusPaths((await repository.git(args, call)).text))];
}
