import type { ChangeAnswer, ChangeRequest } from '@overseer/core/spec';
import { writeAttemptTree } from './attempt-tree.ts';
import { commitMessage } from './commit-message.ts';
import { commitTree } from './commit-tree.ts';
import { changeEntries, findChange } from './find-change.ts';
import { landCommit } from './land-commit.ts';
import { mergeTrees } from './merge-tree.ts';
import { recover } from './recover.ts';
import { headOf, type Repository } from './repository.ts';
import { makeScratch, type Scratch } from './scratch.ts';
import { tickDocument } from './tick-document.ts';
import { type Entry, SUBMODULE } from './tree-entry.ts';
import { worktreeOf } from './worktree.ts';

/** How often a change is merged anew because the branch moved under it. */
const TRIES = 8;

/** Makes an attempt's files part of the branch that is checked out, with the tick, in one commit; or changes nothing. */
export async function acceptChange(
  repository: Repository,
  request: ChangeRequest,
): Promise<ChangeAnswer> {
  const { signal, trailers, workspace } = request;
  await using scratch = await makeScratch(repository);
  const worktree = worktreeOf(repository, trailers.attempt);
  let tree: string | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    await recover(repository, signal);
    const found = await findChange(repository, trailers.attempt, workspace.base, signal);
    if (found !== undefined) return accepted(found.commit, found.entries, []);
    if (tree === undefined) {
      const written = await writeAttemptTree(repository, worktree, workspace.base, scratch, signal);
      if (written.kind === 'refused') return refused(written.because, []);
      tree = written.id;
    }
    const answer = await tryOnce(repository, request, tree, scratch);
    if (answer !== 'moved') return answer;
  }
  return refused('The branch moved again and again while the change was merged; try later.', []);
}

async function tryOnce(
  repository: Repository,
  request: ChangeRequest,
  attemptTree: string,
  scratch: Scratch,
): Promise<ChangeAnswer | 'moved'> {
  const { signal, tick, trailers } = request;
  const parent = await headOf(repository, signal);
  const merged = await mergedTree(repository, request, parent, attemptTree);
  if (merged.kind !== 'tree') return merged;
  const ticked =
    tick === undefined ? merged : await tickDocument(repository, merged.id, tick, scratch, signal);
  if (ticked.kind === 'refused') {
    return refused(ticked.because, 'file' in ticked ? [ticked.file] : []);
  }
  const entries = await changeEntries(repository, parent, ticked.id, signal);
  const modules = entries.filter(({ after }) => after?.mode === SUBMODULE);
  if (modules.length > 0)
    return refused('The attempt changed a git repository inside.', paths(modules));
  if (entries.length === 0 && tick === undefined) return accepted(parent, [], []);
  const commit = await commitTree(repository, ticked.id, parent, commitMessage(request), signal);
  const intent = { attempt: trailers.attempt, commit, parent };
  const landing = await landCommit(repository, intent, entries, scratch, signal);
  if (landing.kind === 'moved') return 'moved';
  if (landing.kind === 'landed') return accepted(commit, entries, landing.left);
  return refused('There are uncommitted changes in files of this change.', landing.paths);
}

type Merged =
  | { readonly kind: 'tree'; readonly id: string }
  | Extract<ChangeAnswer, { readonly kind: 'refused' }>;

async function mergedTree(
  repository: Repository,
  { workspace, signal }: ChangeRequest,
  parent: string,
  attemptTree: string,
): Promise<Merged> {
  if (parent === workspace.base) return { kind: 'tree', id: attemptTree };
  const trees = { base: workspace.base, ours: parent, theirs: attemptTree };
  const merged = await mergeTrees(repository, { ...trees, signal });
  if (merged.kind === 'tree') return merged;
  return refused('The change contradicts what was accepted since the attempt began.', merged.paths);
}

/** The answer to an accepted change. */
export function accepted(
  commit: string,
  entries: readonly Entry[],
  left: readonly string[],
): ChangeAnswer {
  const files = [...paths(entries)].sort();
  return { kind: 'accepted', commit, files, ...(left.length === 0 ? {} : { left }) };
}

/** The answer to a change that does not go in, with a finding for each file in its way. */
export function refused(
  because: string,
  files: readonly string[],
): Extract<ChangeAnswer, { readonly kind: 'refused' }> {
  const findings = files.map((file) => ({ message: `${because} (${file})`, file }));
  return { kind: 'refused', because, findings };
}

function paths(entries: readonly Entry[]): readonly string[] {
  return entries.map(({ path }) => path);
}
