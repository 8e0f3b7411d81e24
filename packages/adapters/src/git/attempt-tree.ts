import { join } from 'node:path';
import { OverseerError } from '@overseer/core/plugin';
import { copyIndex } from './copy-index.ts';
import type { Repository } from './repository.ts';
import { DURABLE, type GitCall } from './run-git.ts';
import type { Scratch } from './scratch.ts';
import { type Worktree, worktreeEnv } from './worktree.ts';

/** What an attempt's files are as a tree, or why they cannot be one. */
export type AttemptTree =
  | { readonly kind: 'tree'; readonly id: string }
  | { readonly kind: 'refused'; readonly because: string };

/** Writes an attempt's files as a tree, by an index of its own: nothing in the attempt's folder is changed or locked. */
export async function writeAttemptTree(
  repository: Repository,
  worktree: Worktree,
  base: string,
  scratch: Scratch,
  signal: AbortSignal,
): Promise<AttemptTree> {
  const index = join(scratch.path, 'attempt-index');
  const call: GitCall = {
    cwd: worktree.path,
    env: { ...worktreeEnv(worktree), GIT_INDEX_FILE: index },
    settings: [...DURABLE, 'core.autocrlf=false', 'advice.addEmbeddedRepo=false'],
    signal,
  };
  // The attempt's own index knows which files are unchanged; without it all of them are read.
  const copied = await copyIndex(join(worktree.adminDir, 'index'), index).catch(() => 'absent');
  if (copied === 'absent') await repository.git(['read-tree', base], call);
  try {
    await repository.git(['add', '--all'], call);
  } catch (error) {
    if (!OverseerError.is(error) || !/does not have a commit checked out/.test(error.message)) {
      throw error;
    }
    return {
      kind: 'refused',
      because: 'The attempt made a git repository of its own in the project.',
    };
  }
  const id = (await repository.git(['write-tree'], call)).text.trim();
  return { kind: 'tree', id };
}
