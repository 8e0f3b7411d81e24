import { identitySettings } from './identity.ts';
import type { Repository } from './repository.ts';
import { DURABLE } from './run-git.ts';

/** Makes a commit of a tree on a parent, without moving any branch; gives its name. */
export async function commitTree(
  repository: Repository,
  tree: string,
  parent: string,
  message: string,
  signal: AbortSignal,
): Promise<string> {
  const settings = [...DURABLE, ...(await identitySettings(repository, signal))];
  const args = ['commit-tree', tree, '-p', parent, '-F', '-'];
  const call = { settings, input: message, signal };
  return (await repository.git(args, call)).text.trim();
}
