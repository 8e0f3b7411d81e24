import type { Repository } from './repository.ts';
import { DURABLE } from './run-git.ts';

/** What came out of a merge: a tree, or the paths in conflict. */
export type MergedTree =
  | { readonly kind: 'tree'; readonly id: string }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

/** The three trees of a merge, as anything that git takes for a tree. */
export interface MergeRequest {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  readonly signal: AbortSignal;
}

/**
 * Merges two trees that came from `base`, without touching any file. The history of the commits does not matter: each tree
 * stands in a commit made for this merge, so that the base is the one that was asked for even where history was rewritten.
 */
export async function mergeTrees(
  repository: Repository,
  { base, ours, theirs, signal }: MergeRequest,
): Promise<MergedTree> {
  const root = await bareCommit(repository, base, [], signal);
  const left = await bareCommit(repository, ours, ['-p', root], signal);
  const right = await bareCommit(repository, theirs, ['-p', root], signal);
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', left, right];
  const answer = await repository.git(args, { codes: [0, 1], settings: DURABLE, signal });
  const [id = '', ...paths] = answer.text.split('\0').filter((field) => field !== '');
  return answer.code === 0 ? { kind: 'tree', id } : { kind: 'conflict', paths };
}

async function bareCommit(
  { git }: Repository,
  tree: string,
  parents: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const settings = ['user.name=Overseer', 'user.email=overseer@localhost'];
  const args = ['commit-tree', `${tree}^{tree}`, ...parents, '-m', 'merge'];
  return (await git(args, { settings, signal })).text.trim();
}
