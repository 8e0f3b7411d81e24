import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { readGraph, writeGraph } from '@overseer/core';
import { ConfigError } from '@overseer/core/plugin';
import type { TaskGraph } from '@overseer/core/spec';
import type { Project } from './project.ts';

/** Whether a path given as `--tasks` is that of a saved plan: documents of tasks are Markdown. */
export function isSavedPlan(path: string | undefined): path is string {
  return path?.toLowerCase().endsWith('.json') === true;
}

/** Reads a saved plan. Throws `ConfigError`: `config.no-plan` where there is none, `plan.form` where it is faulty. */
export async function readSavedPlan(project: Project, path: string): Promise<TaskGraph> {
  const full = resolve(project.folder, path);
  return await readGraph(await textOf(full));
}

/**
 * Where a plan is to be saved. Throws `ConfigError` `config.command-line` for a name that would not be read as a plan
 * again, and for a file that is there: a plan that somebody changed is worth more than one that can be made again.
 */
export function placeForPlan(project: Project, path: string): string {
  const full = resolve(project.folder, path);
  if (!isSavedPlan(full)) {
    throw new ConfigError(
      'config.command-line',
      `--save-plan takes a file that ends in .json, so that --tasks knows it for a plan, and got ${path}.`,
    );
  }
  if (existsSync(full)) throw isThere(full);
  return full;
}

/** Saves a plan in a file that is not there yet. Throws `ConfigError` `config.command-line` where it is meanwhile. */
export async function savePlan(file: string, graph: TaskGraph): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, writeGraph(graph), { flag: 'wx' }).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? isThere(file) : error;
  });
}

/** Whether git would see that file as an uncommitted change, which no run begins with. */
export function isInSight({ repository }: Project, file: string): boolean {
  if (repository === undefined) return false;
  const [first] = relative(repository, file).split(sep);
  return first !== '..' && first !== '.overseer';
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw notThere(file, cause);
  }
}

function notThere(file: string, cause: unknown): ConfigError {
  return new ConfigError(
    'config.no-plan',
    `The plan ${file} cannot be read; save one with --save-plan, or correct the path of --tasks.`,
    { cause },
  );
}

function isThere(file: string): ConfigError {
  return new ConfigError(
    'config.command-line',
    `${file} is there already and is not overwritten; give --save-plan another name, or remove it.`,
  );
}
