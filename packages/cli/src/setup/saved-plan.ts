import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type MadePlan, readGraph, writeGraph } from '@overseer/core';
import { ConfigError, OverseerError } from '@overseer/core/plugin';
import type { TaskGraph } from '@overseer/core/spec';
import type { Project } from './project.ts';
import { canBeNew, writeNewFile } from './write-new-file.ts';

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
 * Where a plan is to be saved: its folder is made, and the place is tried. Throws `ConfigError`: `config.command-line` for
 * a name that would not be read as a plan again, and for a file that is there, since a plan that somebody changed is
 * worth more than one that can be made again; `config.plan-place` where no file can be written.
 */
export function placeForPlan(project: Project, path: string): string {
  const full = resolve(project.folder, path);
  if (!isSavedPlan(full)) {
    throw new ConfigError(
      'config.command-line',
      `--save-plan takes a file that ends in .json, so that --tasks knows it for a plan, and got ${path}.`,
    );
  }
  if (!canBeNewPlan(full)) {
    throw new ConfigError(
      'config.command-line',
      `${full} is there already and is not overwritten; give --save-plan another name, or remove it.`,
    );
  }
  return full;
}

/** Saves a plan in a file that is not there yet. Throws `OverseerError` `plan.unsaved` where that cannot be done. */
export async function savePlan(file: string, { run, graph }: MadePlan): Promise<void> {
  const because = await writeNewFile(file, writeGraph(graph)).then(
    (isWritten) => (isWritten ? undefined : { words: 'it is there already', cause: undefined }),
    (cause: unknown) => ({ words: wordsOf(cause), cause }),
  );
  if (because === undefined) return;
  throw new OverseerError(
    'plan.unsaved',
    `The plan could not be saved in ${file}: ${because.words}. It is in the journal: \`resume ${run} --save-plan\` with another file saves it, and calls nobody.`,
    { cause: because.cause },
  );
}

function canBeNewPlan(file: string): boolean {
  try {
    return canBeNew(file);
  } catch (cause) {
    throw noPlace(file, cause);
  }
}

function noPlace(file: string, cause: unknown): ConfigError {
  return new ConfigError(
    'config.plan-place',
    `No plan can be saved in ${file}: ${wordsOf(cause)}; give --save-plan a place that can be written.`,
    { cause },
  );
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
