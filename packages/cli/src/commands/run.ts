import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '@overseer/core/plugin';
import type { Diagnostic, TaskGraph } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { withFinalCheck } from '../setup/finish-graph.ts';
import { findProject, type Project, requireRepository } from '../setup/project.ts';
import { isSavedPlan, placeForPlan, readSavedPlan } from '../setup/saved-plan.ts';
import { readTasks } from '../setup/tasks.ts';
import { wordsOutput } from '../view/presenter.ts';
import { oneLine } from '../view/words.ts';
import { estimate } from './estimate.ts';
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
  const saveTo = flags.savePlan === undefined ? undefined : placeForPlan(project, flags.savePlan);
  const checks = checksOf(flags);
  if (checks.some(({ kind }) => kind !== 'review')) requireRepository(project);
  const options = await prepare();
  const hasReview = project.repository === undefined && flags.review !== false;
  const wish = hasReview ? { checks } : { checks, finalChecks: wholeChecksOf(flags) };
  if (flags.estimate !== true && saveTo === undefined) {
    return await work(options, (overseer) => overseer.run(goal, wish));
  }
  const plans = { only: true, saveTo };
  return await work({ ...options, plans }, (overseer) => overseer.plan(goal, wish).run);
}

async function runTasks(graph: TaskGraph, flags: RunFlags, prepare: Prepare): Promise<number> {
  if (graph.tasks.length === 0 && !isSavedPlan(flags.tasks)) {
    const file = graph.source?.files[0] ?? 'the document';
    const output = wordsOutput(flags.json === true);
    output.write(`There is nothing to do: every task of ${oneLine(file)} is done.\n`);
    return EXIT.done;
  }
  const options = await prepare();
  if (flags.estimate === true) return await estimate(options, graph);
  const warnings = [...(graph.diagnostics ?? []).flatMap(warningOf), ...options.warnings];
  return await work({ ...options, warnings }, (overseer) => overseer.run(graph));
}

async function graphOf(program: string, project: Project, flags: RunFlags): Promise<TaskGraph> {
  if (flags.savePlan !== undefined) {
    throw new ConfigError(
      'config.command-line',
      '--save-plan saves the plan that is made of a goal: give a goal in words in place of tasks that are known.',
    );
  }
  if (isSavedPlan(flags.tasks)) {
    refuseChecks(flags);
    return await readSavedPlan(project, flags.tasks);
  }
  if (flags.tasks === undefined && !hasSpecs(project)) {
    throw new ConfigError(
      'config.no-target',
      `Say what to do: a goal in words (${program} run "Write a changelog"), or --tasks with a tasks.md.`,
    );
  }
  const graph = await readTasks(project, flags.tasks, checksOf(flags));
  return graph.tasks.length === 0 ? graph : withFinalCheck(graph, wholeChecksOf(flags));
}

/** A plan is worked as it was saved, or changed since. Throws `ConfigError` `config.command-line` for checks beside. */
function refuseChecks({ check, tsc, review }: RunFlags): void {
  if (check.length === 0 && tsc !== true && review !== false) return;
  throw new ConfigError(
    'config.command-line',
    'A saved plan has the checks of its tasks in it: leave --check, --tsc and --no-review out, or change them in the file.',
  );
}

function hasSpecs({ repository }: Project): boolean {
  if (repository === undefined) return false;
  return existsSync(join(repository, 'specs')) || existsSync(join(repository, '.specify'));
}

function warningOf({ severity, message, hint, code, at }: Diagnostic): readonly string[] {
  if (severity === 'info') return [];
  return [`${at.file}:${at.line}: ${message}${hint === undefined ? '' : ` ${hint}`} (${code})`];
}
