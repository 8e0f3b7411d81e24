import { command, filesChanged, tsc } from '@overseer/adapters/checks';
import { gitWorkspaces } from '@overseer/adapters/git';
import {
  type Custodian,
  createCustodian,
  lookAtProject,
  type OverseerOptions,
  type ProjectLook,
} from '@overseer/core';
import { ConfigError } from '@overseer/core/plugin';
import type { OpenStore } from '@overseer/core/spec';
import { readingStoreOf, requireJournal, storeOf } from '../../setup/open-journal.ts';
import { findProject } from '../../setup/project.ts';
import { projectsIn } from '../../setup/projects-in.ts';
import type { OrderFlags } from '../../setup/require-order.ts';
import type { PlaceFlags } from '../read-journal.ts';

/** What every `overseer project` command is told. */
export interface ProjectFlags extends PlaceFlags {
  readonly project?: string;
  readonly json?: boolean;
}

/** What a command is told that changes something. */
export type ProjectOrderFlags = ProjectFlags & OrderFlags;

/**
 * Looks at a project, beside whoever works on it, here or in another store: nothing is written, nor an older journal brought up to date. Throws `ConfigError`: `config.no-journal`,
 * `config.project` where it cannot be told which is meant.
 */
export async function lookAt(flags: ProjectFlags): Promise<ProjectLook> {
  const place = findProject({
    repository: flags.repo,
    journal: flags.journal,
    folder: process.cwd(),
  });
  requireJournal(place);
  const store = readingStoreOf(place);
  const project = await whichProject(store, flags.project);
  return await lookAtProject(store, project);
}

/**
 * Opens a project to give an order about it, with the checks that its criteria may name and its files. Throws what
 * `lookAt` throws, and `StoreError` `store.busy` while somebody works on it.
 */
export async function openProject(
  flags: ProjectOrderFlags,
  definition?: Exclude<OverseerOptions['project'], string>,
): Promise<Custodian> {
  const place = findProject({
    repository: flags.repo,
    journal: flags.journal,
    folder: process.cwd(),
  });
  if (definition === undefined) requireJournal(place);
  const { repository } = place;
  const store = storeOf(place);
  const project = definition ?? (await whichProject(store, flags.project));
  return await createCustodian({
    store,
    project,
    validators: { command: command(), files: filesChanged(), tsc: tsc() },
    ...(repository === undefined ? {} : { workspaces: gitWorkspaces({ repository }) }),
  });
}

/** The project that was named, or else the only one of the journal. Throws `ConfigError` `config.project`. */
export async function whichProject(open: OpenStore, named: string | undefined): Promise<string> {
  const ids = await projectsIn(open);
  if (named !== undefined && ids.includes(named)) return named;
  const [only] = ids;
  if (named === undefined && only !== undefined && ids.length === 1) return only;
  throw new ConfigError('config.project', problemOf(named, ids));
}

/** How many projects are named at most. */
const MOST = 20;

function problemOf(named: string | undefined, ids: readonly string[]): string {
  if (ids.length === 0) return 'No project was ever worked in this journal.';
  const list = ids
    .slice(0, MOST)
    .map((id) => JSON.stringify(id))
    .join(', ');
  const more = ids.length > MOST ? `, and ${ids.length - MOST} more` : '';
  const problem =
    named === undefined
      ? 'This journal has several projects'
      : `This journal has no project ${JSON.stringify(named)}`;
  return `${problem}: say --project with one of ${list}${more}.`;
}
