import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OverseerError } from '@overseer/core/plugin';
import { gitTooOld } from './git-version.ts';
import { createGit, type Git } from './run-git.ts';

/** A repository with a working tree, and where its parts are; all paths absolute. */
export interface Repository {
  readonly git: Git;
  /** The working tree. */
  readonly top: string;
  /** Of this working tree: `HEAD` and `index` are in it. */
  readonly gitDir: string;
  /** Of the whole repository: `refs`, `objects` and `worktrees` are in it. */
  readonly commonDir: string;
  /** Overseer's own folder in the working tree. */
  readonly stateDir: string;
  /** Whether the file system tells which files can be run. */
  readonly readsModes: boolean;
}

/** Finds the repository whose root is `folder`. Throws `workspace.git` or `workspace.missing`. */
export async function findRepository(folder: string, signal: AbortSignal): Promise<Repository> {
  const top = await realpath(resolve(folder)).catch((error: unknown) => {
    throw missing(`${folder} cannot be opened`, error);
  });
  const git = createGit(top);
  const tooOld = gitTooOld((await git(['version'], { signal })).text);
  if (tooOld !== undefined) throw new OverseerError('workspace.git', tooOld);
  const args = ['rev-parse', '--is-bare-repository', '--absolute-git-dir', '--git-common-dir'];
  const answer = await git(args, { signal }).catch((error: unknown) => {
    throw notARepository(top, error);
  });
  const [bare, gitDir = '', commonDir = ''] = answer.text.split('\n');
  if (bare === 'true') throw missing(`${top} is a bare repository, without files to work on`);
  const shown = (await git(['rev-parse', '--show-toplevel'], { signal })).text.trimEnd();
  if (resolve(shown) !== top)
    throw missing(`${top} lies inside the repository ${shown}; name that`);
  const common = resolve(top, commonDir);
  return {
    git,
    top,
    gitDir: resolve(gitDir),
    commonDir: common,
    stateDir: join(top, '.overseer'),
    readsModes: await readsModes(git, signal),
  };
}

/** The commit that the working tree stands on. */
export async function headOf({ git }: Repository, signal: AbortSignal): Promise<string> {
  return (await git(['rev-parse', '--verify', 'HEAD^{commit}'], { signal })).text.trim();
}

async function readsModes(git: Git, signal: AbortSignal): Promise<boolean> {
  const args = ['config', '--type=bool', '--get', 'core.fileMode'];
  return (await git(args, { codes: [0, 1], signal })).text.trim() !== 'false';
}

function missing(words: string, cause?: unknown): OverseerError {
  return new OverseerError('workspace.missing', `${words}.`, { cause });
}

/** Git's own words help where it refuses a repository that belongs to somebody else. */
function notARepository(top: string, cause: unknown): OverseerError {
  const said = String(cause);
  const owner = /dubious ownership/.test(said) ? ` (${said})` : '';
  return missing(
    `${top} is no git repository${owner}; run \`git init\` and commit its files`,
    cause,
  );
}
