import { OverseerError } from '@overseer/core/plugin';
import type { Workspace, WorkspaceProvider, WorkspaceRequest } from '@overseer/core/spec';
import { acceptChange } from './accept-change.ts';
import { changedPaths } from './changed-paths.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { prepareRepository } from './prepare.ts';
import { probeChange } from './probe-change.ts';
import { recover } from './recover.ts';
import { findRepository, headOf, type Repository } from './repository.ts';
import { restoreCommit } from './restore-commit.ts';
import { clearScratch } from './scratch.ts';
import { addWorktree, dropWorktree, isWhole, type Worktree, worktreeOf } from './worktree.ts';

/** Which repository attempts work on. */
export interface GitWorkspacesOptions {
  /** The root of its working tree. */
  readonly repository: string;
}

/**
 * Gives each attempt a git working tree of its own below `.overseer/worktrees`, and makes accepted work a commit on the branch
 * that is checked out, with its files and its tick. Needs git 2.38 or newer. What the user has not committed is never touched.
 */
export function gitWorkspaces(options: GitWorkspacesOptions): WorkspaceProvider {
  const inTurn = oneAtATime();
  const openInTurn = oneAtATime();
  let known: Repository | undefined;
  const repository = async (signal: AbortSignal): Promise<Repository> => {
    known ??= await findRepository(options.repository, signal);
    return known;
  };
  return {
    spec: 'workspace/1',
    prepare: (signal) =>
      inTurn(async () => {
        const here = await repository(signal);
        await recover(here, signal);
        await prepareRepository(here, signal);
        await clearScratch(here);
      }),
    open: (request) =>
      openInTurn(async () => await openWorkspace(await repository(request.signal), request)),
    accept: (request) =>
      inTurn(async () => await acceptChange(await repository(request.signal), request)),
    probe: (attempt, signal) =>
      inTurn(async () => await probeChange(await repository(signal), attempt, signal)),
    close: (attempt) =>
      openInTurn(async () => {
        await dropWorktree(await repository(new AbortController().signal), attempt);
      }),
    head: (signal) => inTurn(async () => await headOf(await repository(signal), signal)),
    restore: (request) =>
      inTurn(async () => {
        const here = await repository(request.signal);
        await checkCommit(here, request.commit, request.signal);
        return await restoreCommit(here, request);
      }),
  };
}

async function openWorkspace(
  repository: Repository,
  { attempt, base, keep, signal }: WorkspaceRequest,
): Promise<Workspace> {
  const there = worktreeOf(repository, attempt);
  if (base !== undefined && keep === true && (await isWhole(there))) {
    return workspaceAt(repository, there, base);
  }
  const commit = base ?? (await headOf(repository, signal));
  if (base !== undefined) await checkCommit(repository, base, signal);
  return workspaceAt(repository, await addWorktree(repository, attempt, commit, signal), commit);
}

function workspaceAt(repository: Repository, worktree: Worktree, base: string): Workspace {
  return {
    path: worktree.path,
    base,
    changed: (signal) => changedPaths(repository, worktree, base, signal),
  };
}

/** An abbreviation or a branch would not mean the same tomorrow. */
async function checkCommit(
  { git, top }: Repository,
  commit: string,
  signal: AbortSignal,
): Promise<void> {
  if (/^[0-9a-f]{40,64}$/.test(commit)) {
    const found = await git(['cat-file', '-e', `${commit}^{commit}`], {
      codes: [0, 1, 128],
      signal,
    });
    if (found.code === 0) return;
  }
  const words = `${JSON.stringify(commit)} is no commit of ${top}; nothing can be set up on it.`;
  throw new OverseerError('workspace.base', words);
}
