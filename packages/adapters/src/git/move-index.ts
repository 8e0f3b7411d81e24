import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { copyIndex } from './copy-index.ts';
import type { Repository } from './repository.ts';
import type { GitCall } from './run-git.ts';
import { scratchFile } from './scratch.ts';
import { type Entry, parseRawDiff, sameVersion } from './tree-entry.ts';

/** Splits a change's paths by what the index says of them: as before the change, or as somebody staged. Those already as after it are in neither. */
export interface IndexStates {
  readonly before: readonly Entry[];
  readonly other: readonly string[];
}

/** Compares the index with both sides of a change that starts from the commit `parent`. */
export async function indexStates(
  { git }: Repository,
  parent: string,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<IndexStates> {
  const args = ['diff-index', '--cached', '-z', '--raw', '--no-renames', parent];
  const staged = new Map(
    parseRawDiff((await git(args, { signal })).text).map((one) => [one.path, one.after]),
  );
  const differing = entries.filter(({ path }) => staged.has(path));
  return {
    before: entries.filter(({ path }) => !staged.has(path)),
    other: differing
      .filter(({ path, after }) => !sameVersion(staged.get(path), after))
      .map(({ path }) => path),
  };
}

/** Puts the new versions of paths into the index, which the caller holds the lock of, in one step. */
export async function moveIndex(
  { git, gitDir }: Repository,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<void> {
  if (entries.length === 0) return;
  const index = scratchFile(gitDir);
  await copyIndex(join(gitDir, 'index'), index);
  const call: GitCall = { signal, env: { GIT_INDEX_FILE: index } };
  const input = entries.map(indexLine).join('');
  await git(['update-index', '-z', '--index-info'], { ...call, input });
  // Files that differ are the user's; here only the others are to be noted as unchanged.
  await git(['update-index', '-q', '--refresh'], { ...call, codes: [0, 1] });
  await rename(index, join(gitDir, 'index'));
}

function indexLine({ path, before, after }: Entry): string {
  const nothing = '0'.repeat(before?.id.length ?? 40);
  return `${after?.mode ?? '0'} ${after?.id ?? nothing}\t${path}\0`;
}
