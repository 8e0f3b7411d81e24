import { gitWorkspaces } from '@overseer/adapters/git';
import { createOverseer, type Overseer, type OverseerOptions, type Run } from '@overseer/core';
import { EXIT } from '../exit-code.ts';
import { shownJournal, storeOf } from '../setup/open-journal.ts';
import type { Project } from '../setup/project.ts';
import type { TeamParts } from '../setup/team.ts';
import { failureLines } from '../view/failure-lines.ts';
import { lastScreen } from '../view/last-screen.ts';
import { type Presenter, wordsOutput } from '../view/presenter.ts';
import { harmless, oneLine } from '../view/words.ts';
import { configurationFault } from './configuration-fault.ts';
import { choosePresenter, type Followed, followRun, type ShowFlags } from './follow.ts';
import { commitsOf } from './git-log.ts';
import type { KeepRuns } from './run-flags.ts';
import { madePlan, type PlanWish, tellPlan } from './tell-plan.ts';

/** Everything that a command needs to work on a project. */
export interface WorkOptions {
  readonly project: Project;
  readonly team: Pick<OverseerOptions, 'overseer' | 'models'>;
  readonly parts: TeamParts;
  readonly budgetUsd: number | undefined;
  /** How long runs are kept after their end; absent for the default. */
  readonly keepRuns?: KeepRuns | undefined;
  readonly show: ShowFlags;
  /** How to go on, said when the run was stopped: a whole command. */
  readonly resumeCommand: string;
  /** What to know before it begins, a line each. */
  readonly warnings: readonly string[];
  /** What answers Ctrl-C until the run begins, and is disposed of then. */
  readonly early: Disposable;
  /** What to do with a plan, where one may be made and nothing more; absent where nobody asked for one. */
  readonly plans?: PlanWish;
  /** Lines for the last screen. */
  readonly notes: (followed: Followed) => Promise<readonly string[]> | readonly string[];
}

/**
 * Opens the project's journal and team, begins or resumes a run, shows it to its end, and says how it went. Returns the
 * exit code. Throws `ModelError` where every model refused for want of a right key or name and nothing was done.
 */
export async function work(
  options: WorkOptions,
  begin: (overseer: Overseer) => Promise<Run | undefined> | Run | undefined,
): Promise<number> {
  await using overseer = await openTeam(options, groundOf(options));
  const run = await begin(overseer);
  if (run === undefined) {
    wordsOutput(options.show.json).write(
      'There is nothing to resume: every run of this journal is finished.\n',
    );
    return EXIT.done;
  }
  const presenter = presenterFor(options, overseer);
  if (options.warnings.length > 0) presenter.say(options.warnings.map(oneLine));
  const { resumeCommand, early } = options;
  const followed = await followRun(overseer, run, presenter, resumeCommand, early);
  const fault = configurationFault(followed.view);
  if (fault !== undefined) throw fault;
  const plan = await madePlan(run, followed);
  if (plan !== undefined) return await tellPlan(overseer, plan, options);
  if (options.plans?.saveTo !== undefined && followed.view.status === 'completed') {
    wordsOutput(options.show.json).write(
      'There is no plan to save: this run was not to plan alone.\n',
    );
  }
  return await report(options, run, followed, overseer);
}

function presenterFor({ show, plans }: WorkOptions, overseer: Overseer): Presenter {
  const presenter = choosePresenter(show, overseer);
  return show.json && plans?.only === true ? { ...presenter, event: () => undefined } : presenter;
}

async function report(
  options: WorkOptions,
  run: Run,
  followed: Followed,
  overseer: Overseer,
): Promise<number> {
  const { project } = options;
  const { view, result } = followed;
  const canGoOn = isToGoOn(followed);
  const output = wordsOutput(options.show.json);
  if (project.repository === undefined && result.output !== undefined) {
    output.write(`\n${harmless(result.output)}\n`);
  }
  const screen = lastScreen({
    view,
    journal: shownJournal(project.journal),
    commits: await commitsOf(project.repository, run.id),
    columns: output.isTerminal ? output.columns : undefined,
    notes: [
      ...(canGoOn ? [`Go on with: ${options.resumeCommand}`] : []),
      ...(await options.notes(followed)),
    ],
  });
  for (const line of screen) output.write(`${line}\n`);
  // What went right in the end is told where somebody asks for it.
  if (result.status === 'failed' && !followed.interrupted) {
    const failed = failureLines(await overseer.failures(run.id));
    for (const line of failed) output.write(`${line}\n`);
  }
  if (canGoOn) return EXIT.stopped;
  return result.status === 'completed' ? EXIT.done : EXIT.failed;
}

function isToGoOn({ interrupted, view: { status } }: Followed): boolean {
  return status === 'suspended' || (interrupted && status !== 'completed' && status !== 'failed');
}

/** What a team works with beside itself. */
export type Ground = Pick<OverseerOptions, 'store' | 'workspaces' | 'retention'>;

/** The team on the ground that is given. */
export async function openTeam(
  { team, parts, budgetUsd }: WorkOptions,
  ground: Ground,
): Promise<Overseer> {
  return await createOverseer({
    // Nobody may be there to see that a task needs another way.
    healing: true,
    ...team,
    ...parts,
    ...ground,
    ...(budgetUsd === undefined ? {} : { budget: { usd: budgetUsd } }),
  });
}

/** The project's journal with how long it is kept, and its repository where there is one. */
function groundOf({ project: { journal, repository }, keepRuns }: WorkOptions): Ground {
  const retention = keepRuns === 'forever' ? false : { finishedRuns: keepRuns ?? 0 };
  return {
    store: storeOf({ journal }),
    ...(keepRuns === undefined ? {} : { retention }),
    ...(repository === undefined ? {} : { workspaces: gitWorkspaces({ repository }) }),
  };
}
