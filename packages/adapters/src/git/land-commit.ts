import { fileStates } from './file-state.ts';
import { awaitRefLocks, lockIndex } from './index-lock.ts';
import { dropIntent, type Intent, readIntent, writeIntent } from './intent.ts';
import { moveFiles, stageFiles } from './move-files.ts';
import { indexStates, moveIndex } from './move-index.ts';
import { headOf, type Repository } from './repository.ts';
import { DURABLE } from './run-git.ts';
import type { Scratch } from './scratch.ts';
import type { Entry } from './tree-entry.ts';

/** How a commit got on: `moved` when the branch went elsewhere meanwhile, `dirty` when it would meet uncommitted work. */
export type Landing =
  | { readonly kind: 'landed'; readonly left: readonly string[] }
  | { readonly kind: 'moved' }
  | { readonly kind: 'dirty'; readonly paths: readonly string[] };

/**
 * Moves branch, files and index from `parent` to `commit`, its child. The branch moves first, by compare and swap: from then
 * on the change is in, and whoever comes next can finish the rest from the intent that was written before. All of it happens
 * under git's own lock on the index, so that no commit of the user's can fall in between.
 */
export async function landCommit(
  repository: Repository,
  intent: Intent,
  entries: readonly Entry[],
  scratch: Scratch,
  signal: AbortSignal,
): Promise<Landing> {
  await using _lock = await lockIndex(repository, signal);
  const states = await fileStates(repository, entries, signal);
  const index = await indexStates(repository, intent.parent, entries, signal);
  const foreign = states.filter(({ state }) => state === 'other').map(({ entry }) => entry.path);
  const paths = [...new Set([...foreign, ...index.other])].sort();
  if (paths.length > 0) {
    const moved = (await headOf(repository, signal)) !== intent.parent;
    return moved ? { kind: 'moved' } : { kind: 'dirty', paths };
  }
  await stageFiles(repository, states, scratch, signal);
  if (!(await moveBranch(repository, intent, signal))) return { kind: 'moved' };
  // What has begun is brought to its end: stopping here would leave the files behind their commit.
  const calm = new AbortController().signal;
  const left = await moveFiles(repository, states, scratch);
  await moveIndex(repository, index.before, calm);
  await dropIntent(repository);
  return { kind: 'landed', left };
}

/** False when somebody else moved it. */
async function moveBranch(
  repository: Repository,
  intent: Intent,
  signal: AbortSignal,
): Promise<boolean> {
  const { git } = repository;
  await awaitRefLocks(repository, signal);
  const earlier = await readIntent(repository);
  await writeIntent(repository, intent);
  const message = `overseer: accept ${intent.attempt}`;
  const args = ['update-ref', '-m', message, 'HEAD', intent.commit, intent.parent];
  try {
    await git(args, { settings: DURABLE, signal: new AbortController().signal });
    return true;
  } catch (error) {
    const head = await headOf(repository, new AbortController().signal);
    // It may have moved the branch and failed only then.
    if (head === intent.commit) return true;
    // A killed process may have left a git behind that carries out the earlier intent only now.
    await (earlier === undefined ? dropIntent(repository) : writeIntent(repository, earlier));
    if (head !== intent.parent) return false;
    throw error;
  }
}
