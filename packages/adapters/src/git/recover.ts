import { fileStates } from './file-state.ts';
import { changeEntries } from './find-change.ts';
import { awaitRefLocks, lockIndex } from './index-lock.ts';
import { dropIntent, type Intent, readIntent } from './intent.ts';
import { moveFiles, stageFiles } from './move-files.ts';
import { indexStates, moveIndex } from './move-index.ts';
import type { Repository } from './repository.ts';
import { clearScratch, makeScratch } from './scratch.ts';
import type { Entry } from './tree-entry.ts';

/** What was brought to its end, and the paths that hold somebody's work and so were left as they are. */
export interface Recovery {
  readonly attempt: string;
  readonly left: readonly string[];
}

/**
 * Finishes an accept that was cut off after the branch had moved: files and index entries that still stand as before the
 * change follow it; what stands as neither before nor after it is somebody's and stays. An accept that was cut off earlier
 * has moved nothing, and nothing is to do.
 */
export async function recover(
  repository: Repository,
  signal: AbortSignal,
): Promise<Recovery | undefined> {
  const seen = await readIntent(repository);
  if (seen === undefined || !(await isIn(repository, seen.commit, signal))) return undefined;
  await using _lock = await lockIndex(repository, signal);
  const intent = await readIntent(repository);
  if (intent?.commit !== seen.commit) return undefined;
  await awaitRefLocks(repository, signal);
  await clearScratch(repository);
  const left = await finish(repository, intent, signal);
  await dropIntent(repository);
  return { attempt: intent.attempt, left };
}

async function finish(
  repository: Repository,
  intent: Intent,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { parent } = intent;
  const entries = await ownEntries(repository, intent, signal);
  const states = await fileStates(repository, entries, signal);
  const index = await indexStates(repository, parent, entries, signal);
  await using scratch = await makeScratch(repository);
  await stageFiles(repository, states, scratch, signal);
  const left = await moveFiles(repository, states, scratch);
  await moveIndex(repository, index.before, new AbortController().signal);
  const foreign = states.filter(({ state }) => state === 'other').map(({ entry }) => entry.path);
  return [...new Set([...left, ...foreign, ...index.other])].sort();
}

/** The paths of the change, but for those that a later commit has changed again. */
async function ownEntries(
  repository: Repository,
  { commit, parent }: Intent,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const later = await changeEntries(repository, commit, 'HEAD', signal);
  const taken = new Set(later.map(({ path }) => path));
  const entries = await changeEntries(repository, parent, commit, signal);
  return entries.filter(({ path }) => !taken.has(path));
}

async function isIn({ git }: Repository, commit: string, signal: AbortSignal): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', commit, 'HEAD'];
  return (await git(args, { codes: [0, 1, 128], signal })).code === 0;
}
