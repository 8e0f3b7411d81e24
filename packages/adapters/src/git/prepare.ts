import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { OverseerError } from '@overseer/core/plugin';
import { hideState } from './hide-state.ts';
import type { Repository } from './repository.ts';
import { statusPaths } from './status-paths.ts';

/** What git leaves in its folder while something goes on, and what that is. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'rebase-merge': 'a rebase',
  'rebase-apply': 'a rebase',
  MERGE_HEAD: 'a merge',
  CHERRY_PICK_HEAD: 'a cherry-pick',
  REVERT_HEAD: 'a revert',
  BISECT_LOG: 'a bisection',
};

const SHOWN_PATHS = 5;

/**
 * Sees that a repository is fit to work on, and hides `.overseer/` from git. Throws `workspace.empty`, `workspace.busy` or
 * `workspace.dirty`, and has changed nothing then.
 */
export async function prepareRepository(
  repository: Repository,
  signal: AbortSignal,
): Promise<void> {
  const { git, top } = repository;
  const head = await git(['rev-parse', '-q', '--verify', 'HEAD^{commit}'], {
    codes: [0, 1, 128],
    signal,
  });
  if (head.code !== 0) {
    throw new OverseerError('workspace.empty', `${top} has no commit yet; commit its files first.`);
  }
  await refuseOperation(repository);
  const args = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=normal'];
  const dirty = statusPaths((await git(args, { signal })).text);
  if (dirty.length > 0) throw dirtyError(top, dirty);
  await hideState(repository.commonDir);
}

async function refuseOperation({ gitDir, top }: Repository): Promise<void> {
  for (const [file, what] of Object.entries(OPERATIONS)) {
    const going = await access(join(gitDir, file)).then(
      () => true,
      () => false,
    );
    if (!going) continue;
    const words = `In ${top} ${what} is going on; finish it or abort it first.`;
    throw new OverseerError('workspace.busy', words);
  }
}

function dirtyError(top: string, paths: readonly string[]): OverseerError {
  const shown = paths.slice(0, SHOWN_PATHS).join(', ');
  const more = paths.length > SHOWN_PATHS ? ` and ${paths.length - SHOWN_PATHS} more` : '';
  const words = `${top} has uncommitted changes (${shown}${more}); commit or stash them first.`;
  return new OverseerError('workspace.dirty', words);
}
