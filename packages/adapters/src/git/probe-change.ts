import { OverseerError } from '@overseer/core/plugin';
import type { ChangeAnswer } from '@overseer/core/spec';
import { accepted } from './accept-change.ts';
import { findChange } from './find-change.ts';
import { awaitIndexLock, awaitRefLocks } from './index-lock.ts';
import { recover } from './recover.ts';
import type { Repository } from './repository.ts';
import { baseOf, worktreeOf } from './worktree.ts';

/** Says whether an attempt's change went in, after finishing what an interrupted accept has begun and removing dead locks. */
export async function probeChange(
  repository: Repository,
  attempt: string,
  signal: AbortSignal,
): Promise<ChangeAnswer | undefined> {
  await removeDeadLocks(repository, signal);
  const recovery = await recover(repository, signal);
  const base = await baseOf(worktreeOf(repository, attempt));
  const found = await findChange(repository, attempt, base, signal);
  if (found === undefined) return undefined;
  return accepted(found.commit, found.entries, recovery?.attempt === attempt ? recovery.left : []);
}

/** A live git at work is no reason not to answer. */
async function removeDeadLocks(repository: Repository, signal: AbortSignal): Promise<void> {
  try {
    await awaitIndexLock(repository, signal);
    await awaitRefLocks(repository, signal);
  } catch (error) {
    if (!OverseerError.is(error) || error.code !== 'workspace.locked') throw error;
  }
}
