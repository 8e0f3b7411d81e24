import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import type { Diagnostic, TaskGraph } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { withFinalCheck } from '../setup/finish-graph.ts';
import { findProject, type Project, requireRepository } from '../setup/project.ts';
import { readTasks } from '../setup/tasks.ts';
import { wordsOutput } from '../view/presenter.ts';
import { estimate, refuseEstimateOfGoal } from './estimate.ts';
import { prepareWork } from './prepare.ts';
import { checksOf, type RunFlags, wholeChecksOf } from './run-flags.ts';
import { stopEarly, stoppedEarly } from './stop-early.ts';
import { type WorkOptions, work } from './work.ts';

/**
 * `overseer run`: works a goal in words, or the open tasks of a Spec Kit feature. `program` is what a person calls
 * `overseer`. Returns the exit code.
 */
export async function runCommand(program: string, goal: string, flags: RunFlags): Promise<number> {
  using early = stopEarly(stoppedEarly());
  const project = findProject({
    repository: flags.repo,
    journal: flags.journal,
    folder: process.cwd(),
  });
  const prepare = (): Promise<WorkOptions> => prepareWork(program, project, flags, early);
  return goal.trim() === ''
    ? await runTasks(await graphOf(program, project, flags), flags, prepare)
    : await runGoal(goal, project, flags, prepare);
}

type Prepare = () => Promise<WorkOptions>;

async function runGoal(
  goal: string,
  project: Project,
  flags: RunFlags,
  prepare: Prepare,
): Promise<number> {
  if (flags.tasks !== undefined) {
    throw new ConfigError(
      'config.command-line',
      'Say either a goal in words or --tasks: one run does one of them.',
    );
  }
  refuseEstimateOfGoal(flags.estimate);
  const checks = checksOf(flags);
  if (checks.some(({ kind }) => kind !== 'review')) requireRepository(project);
  const options = await prepare();
  const hasReview = project.repository === undefined && flags.review !== false;
  const wish = hasReview ? { checks } : { checks, finalChecks: wholeChecksOf(flags) };
  return await work(options, (overseer) => overseer.run(goal, wish));
}

async function runTasks(graph: TaskGraph, flags: RunFlags, prepare: Prepare): Promise<number> {
  if (graph.tasks.length === 0) {
    const file = graph.source?.files[0] ?? 'the document';
    const output = wordsOutput(flags.json === true);
    output.write(`There is nothing to do: every task of ${file} is done.\n`);
    return EXIT.done;
  }
  const options = await prepare();
  if (flags.estimate === true) return await estimate(options, graph);
  const warnings = [...(graph.diagnostics ?? []).flatMap(warningOf), ...options.warnings];
  return await work({ ...options, warnings }, (overseer) => overseer.run(graph));
}

async function graphOf(program: string, project: Project, flags: RunFlags): Promise<TaskGraph> {
  if (flags.tasks === undefined && !hasSpecs(project)) {
    throw new ConfigError(
      'config.no-target',
      `Say what to do: a goal in words (${program} run "Write a changelog"), or --tasks with a tasks.md.`,
    );
  }
  const graph = await readTasks(project, flags.tasks, checksOf(flags));
  return graph.tasks.length === 0 ? graph : withFinalCheck(graph, wholeChecksOf(flags));
}

function hasSpecs({ repository }: Project): boolean {
  if (repository === undefined) return false;
  return existsSync(join(repository, 'specs')) || existsSync(join(repository, '.specify'));
}

function warningOf({ severity, message, hint, code, at }: Diagnostic): readonly string[] {
  if (severity === 'info') return [];
  return [`${at.file}:${at.line}: ${message}${hint === undefined ? '' : ` ${hint}`} (${code})`];
}
