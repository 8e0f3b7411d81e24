import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import type { Check, TaskGraph } from '@overseer/core/spec';
import { specKit } from '@overseer/frameworks/spec-kit';

/** Where a run works and where it keeps its state. */
export interface Project {
  /** Absolute; `undefined` for runs that work on no files. */
  readonly repository: string | undefined;
  /** Absolute. */
  readonly journal: string;
}

/** Finds the repository and the journal: a repository keeps its state in its own `.overseer` folder. */
export async function findProject(options: {
  readonly repository: string | undefined;
  readonly journal: string | undefined;
  readonly folder: string;
}): Promise<Project> {
  const repository =
    options.repository === undefined
      ? enclosingRepository(options.folder)
      : requireFolder(resolve(options.folder, options.repository));
  const journal =
    options.journal === undefined
      ? join(repository ?? options.folder, '.overseer', 'journal.db')
      : resolve(options.folder, options.journal);
  await mkdir(dirname(journal), { recursive: true });
  return { repository, journal };
}

/** Reads a Spec Kit feature of a repository; every task gets the checks beside its own. */
export async function readTasks(
  project: Project,
  path: string | undefined,
  checks: readonly Check[],
): Promise<TaskGraph> {
  const { repository } = project;
  if (repository === undefined) {
    throw new ConfigError(
      'config.no-repository',
      'Tasks of a tasks.md work on files: say --repo PATH, or start inside a git repository.',
    );
  }
  return await specKit(path === undefined ? repository : resolve(repository, path), { checks });
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
