import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Overseer, Run } from '@overseer/core';
import { ConfigError } from '@overseer/core/plugin';
import type { TaskGraph } from '@overseer/core/spec';
import { withFinalCheck } from '../setup/finish-graph.ts';
import { modelsOf } from '../setup/model-flags.ts';
import { findProject, type Project, readTasks } from '../setup/project.ts';
import { teamOf, teamParts } from '../setup/team.ts';
import { checksOf, type RunFlags } from './run-flags.ts';
import { work } from './work.ts';

/** `overseer run`: works a goal in words, or the open tasks of a Spec Kit feature. Returns the exit code. */
export async function runCommand(
  goal: string,
  flags: RunFlags & { readonly tasks?: string },
): Promise<number> {
  const project = await findProject({
    repository: flags.repo,
    journal: flags.journal,
    folder: process.cwd(),
  });
  const graph = goal === '' ? await graphOf(project, flags) : undefined;
  const models = modelsOf({ model: flags.model, baseUrl: flags.baseUrl }, process.env);
  return await work(
    {
      project,
      team: teamOf(models, flags.limit),
      parts: teamParts({ hasFiles: project.repository !== undefined }),
      budgetUsd: flags.budget,
      show: { json: flags.json ?? false, plain: flags.plain ?? false },
      resumeCommand: resumeCommandOf(flags),
      notes: () => [],
    },
    (overseer) => begin(overseer, goal, graph),
  );
}

/** The command that goes on with a run that was started with these flags. */
export function resumeCommandOf(flags: RunFlags & { readonly tasks?: string }): string {
  const words = ['overseer resume'];
  if (flags.repo !== undefined) words.push(`--repo ${quote(flags.repo)}`);
  if (flags.tasks !== undefined) words.push(`--tasks ${quote(flags.tasks)}`);
  if (flags.baseUrl !== undefined) words.push(`--base-url ${quote(flags.baseUrl)}`);
  for (const model of flags.model) words.push(`--model ${quote(model)}`);
  return words.join(' ');
}

async function graphOf(
  project: Project,
  flags: RunFlags & { readonly tasks?: string },
): Promise<TaskGraph> {
  if (flags.tasks === undefined && !hasSpecs(project)) {
    throw new ConfigError(
      'config.no-target',
      'Say what to do: a goal in words ("overseer run Write a changelog"), or --tasks with a tasks.md.',
    );
  }
  const graph = await readTasks(project, flags.tasks, checksOf(flags));
  return withFinalCheck(graph, checksOf({ ...flags, review: false }));
}

function hasSpecs({ repository }: Project): boolean {
  if (repository === undefined) return false;
  return existsSync(resolve(repository, 'specs')) || existsSync(resolve(repository, '.specify'));
}

function begin(overseer: Overseer, goal: string, graph: TaskGraph | undefined): Run {
  return overseer.run(graph ?? goal);
}

function quote(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
