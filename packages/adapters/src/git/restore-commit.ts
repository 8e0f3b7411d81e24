import type { ChangeAnswer, RestoreRequest } from '@overseer/core/spec';
import { accepted, refused } from './accept-change.ts';
import { REWIND_TRAILER, rewindMessage } from './commit-message.ts';
import { commitTree } from './commit-tree.ts';
import { changeEntries, findByTrailer } from './find-change.ts';
import { landCommit } from './land-commit.ts';
import { prepareRepository } from './prepare.ts';
import { recover } from './recover.ts';
import { headOf, type Repository } from './repository.ts';
import { makeScratch } from './scratch.ts';
import { SUBMODULE } from './tree-entry.ts';

/** How often a restore is made anew because the branch moved under it. */
const TRIES = 8;

/**
 * Has the branch that is checked out, and its files, stand as they did at a commit, by a new commit on top: nothing that was
 * committed is lost. Throws `workspace.dirty` for uncommitted work, before anything is touched.
 */
export async function restoreCommit(
  repository: Repository,
  { commit: wanted, title, id, signal }: RestoreRequest,
): Promise<ChangeAnswer> {
  await using scratch = await makeScratch(repository);
  for (let tries = 0; tries < TRIES; tries++) {
    await recover(repository, signal);
    const found = await findByTrailer(repository, REWIND_TRAILER, id, wanted, signal);
    if (found !== undefined) return accepted(found.commit, found.entries, []);
    await prepareRepository(repository, signal);
    const parent = await headOf(repository, signal);
    const entries = await changeEntries(repository, parent, wanted, signal);
    if (entries.length === 0) return accepted(parent, [], []);
    const modules = entries.filter(
      ({ before, after }) => before?.mode === SUBMODULE || after?.mode === SUBMODULE,
    );
    if (modules.length > 0) {
      const paths = modules.map(({ path }) => path);
      return refused('A git repository inside changed since then; move it by hand.', paths);
    }
    const message = rewindMessage(title, id);
    const commit = await commitTree(repository, `${wanted}^{tree}`, parent, message, signal);
    const intent = { attempt: `rewind-${id}`, commit, parent };
    const landing = await landCommit(repository, intent, entries, scratch, signal);
    if (landing.kind === 'landed') return accepted(commit, entries, landing.left);
    if (landing.kind === 'dirty') {
      return refused('There are uncommitted changes in files of this change.', landing.paths);
    }
  }
  return refused(
    'The branch moved again and again while the files were taken back; try later.',
    [],
  );
}
