import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { hideState } from './hide-state.ts';
import { identitySettings } from './identity.ts';
import { findRepository, headOf } from './repository.ts';
import { createGit } from './run-git.ts';

/**
 * Makes a folder a git repository whose first commit, on `main`, holds all its files, and gives that commit. A repository that
 * has a commit already is left as it is. A user without a name in git commits as Overseer.
 */
export async function initRepository(
  folder: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const top = await realpath(resolve(folder));
  const git = createGit(top);
  await git(['init', '--quiet', '--initial-branch=main'], { signal });
  const repository = await findRepository(top, signal);
  const head = await git(['rev-parse', '-q', '--verify', 'HEAD'], { codes: [0, 1, 128], signal });
  if (head.code === 0) return await headOf(repository, signal);
  await hideState(repository.commonDir);
  await git(['add', '--all'], { signal });
  const settings = [...(await identitySettings(repository, signal)), 'commit.gpgSign=false'];
  const args = ['commit', '--quiet', '--allow-empty', '-m', 'Begin'];
  await git(args, { settings, signal });
  return await headOf(repository, signal);
}
