import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import { isPostgresAddress } from '@overseer/storage/postgres';

/** Where a run works and where it keeps its state. */
export interface Project {
  /** Where the command was started, absolute; relative paths begin there. */
  readonly folder: string;
  /** Absolute; `undefined` for runs that work on no files. */
  readonly repository: string | undefined;
  /** An absolute path, or an address of PostgreSQL. */
  readonly journal: string;
}

/** What is said of a project; the rest is found. */
export interface ProjectWish {
  readonly repository?: string | undefined;
  readonly journal?: string | undefined;
  readonly folder: string;
}

/**
 * Finds the repository and the journal, touching nothing: a repository keeps its state in its own `.overseer` folder.
 * Throws `ConfigError` `config.no-repository` for a folder that is not there.
 */
export function findProject({ repository, journal, folder }: ProjectWish): Project {
  const found =
    repository === undefined
      ? enclosingRepository(folder)
      : requireFolder(resolve(folder, repository));
  return {
    folder,
    repository: found,
    journal:
      journal === undefined
        ? join(found ?? folder, '.overseer', 'journal.db')
        : isPostgresAddress(journal)
          ? journal
          : resolve(folder, journal),
  };
}

/** The repository of a project. Throws `ConfigError` `config.no-repository` where it has none. */
export function requireRepository({ repository }: Project): string {
  if (repository !== undefined) return repository;
  throw new ConfigError(
    'config.no-repository',
    'The tasks of a tasks.md and the checks of files need a git repository: say --repo PATH, or start inside of one.',
  );
}

/**
 * A path inside the repository as a person says it: from the folder that the command was started in, or else from the
 * repository. Throws `ConfigError` `config.no-repository` for a path outside of it.
 */
export function pathInRepository(project: Project, path: string): string {
  const repository = requireRepository(project);
  const isInside = (full: string): boolean => !relative(repository, full).startsWith('..');
  const fromHere = resolve(project.folder, path);
  if (isInside(fromHere) && existsSync(fromHere)) return fromHere;
  const full = resolve(repository, path);
  if (isInside(full)) return full;
  throw new ConfigError(
    'config.no-repository',
    `${fromHere} lies outside the repository ${repository}; say --repo with the repository that it is in.`,
  );
}

function requireFolder(path: string): string {
  if (existsSync(path)) return path;
  throw new ConfigError(
    'config.no-repository',
    `There is no folder ${path}; give --repo the path of a git repository.`,
  );
}

function enclosingRepository(folder: string): string | undefined {
  for (let path = resolve(folder); ; path = dirname(path)) {
    if (existsSync(join(path, '.git'))) return path;
    if (path === dirname(path)) return undefined;
  }
}
