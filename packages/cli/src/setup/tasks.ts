import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '@overseer/core';
import type { Check, TaskGraph, TaskSource } from '@overseer/core/spec';
import { specKit, specKitSource } from '@overseer/frameworks/spec-kit';
import { type Project, pathInRepository, requireRepository } from './project.ts';

/** Reads the open tasks of a Spec Kit feature; every task gets the checks beside its own, and one that names files must write them. */
export async function readTasks(
  project: Project,
  path: string | undefined,
  checks: readonly Check[],
): Promise<TaskGraph> {
  const files: Check = { kind: 'files' };
  return await specKit(placeOf(project, path), {
    checks: (task) =>
      task.files.length === 0 || checks.some(({ kind }) => kind === 'files')
        ? checks
        : [files, ...checks],
  });
}

/** What ticks the boxes of a Spec Kit feature, for a run that goes on. */
export async function readSource(project: Project, path: string | undefined): Promise<TaskSource> {
  return await specKitSource(placeOf(project, path));
}

/** The same, of the document that a run's tasks were read from; `undefined` where they were not, or where it is gone. */
export async function sourceOfRun(project: Project, run: Run): Promise<TaskSource | undefined> {
  const file = await originOf(run);
  if (file === undefined || project.repository === undefined) return undefined;
  const path = join(project.repository, file);
  return existsSync(path) ? await specKitSource(path) : undefined;
}

function placeOf(project: Project, path: string | undefined): string {
  return path === undefined ? requireRepository(project) : pathInRepository(project, path);
}

/** The tasks of a run come right behind its start. */
async function originOf(run: Run): Promise<string | undefined> {
  for await (const event of run) {
    if (event.type !== 'plan.accepted') continue;
    return event.data.tasks.find(({ origin }) => origin !== undefined)?.origin?.file;
  }
  return undefined;
}
