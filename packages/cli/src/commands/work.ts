import { gitWorkspaces } from '@overseer/adapters/git';
import { createOverseer, type Overseer, type OverseerOptions, type Run } from '@overseer/core';
import type { TaskSource } from '@overseer/core/spec';
import { sqlite } from '@overseer/storage/sqlite';
import { EXIT } from '../exit-code.ts';
import type { Project } from '../setup/project.ts';
import type { TeamParts } from '../setup/team.ts';
import { lastScreen } from '../view/last-screen.ts';
import { processOutput } from '../view/presenter.ts';
import { harmless } from '../view/words.ts';
import { choosePresenter, type Followed, followRun, type ShowFlags } from './follow.ts';
import { commitsOf } from './git-log.ts';

/** Everything that a command needs to work on a project. */
export interface WorkOptions {
  readonly project: Project;
  readonly team: Pick<OverseerOptions, 'overseer' | 'models'>;
  readonly parts: TeamParts;
  readonly budgetUsd: number | undefined;
  readonly show: ShowFlags;
  /** How to go on, said when the run was stopped: a whole command. */
  readonly resumeCommand: string;
  /** Lines for the last screen. */
  readonly notes: (followed: Followed) => Promise<readonly string[]> | readonly string[];
}

/** Opens the project's journal and team, begins or resumes a run, shows it to its end, and says how it went. Returns the exit code. */
export async function work(
  options: WorkOptions,
  begin: (overseer: Overseer) => Run | undefined,
): Promise<number> {
  const { project } = options;
  await using overseer = await openTeam(options);
  const run = begin(overseer);
  if (run === undefined) {
    process.stdout.write('There is nothing to resume: every run of this journal is finished.\n');
    return EXIT.done;
  }
  const followed = await followRun(overseer, run, choosePresenter(options.show, overseer));
  const stopped = followed.interrupted || followed.view.status === 'suspended';
  const screen = lastScreen({
    view: followed.view,
    journal: project.journal,
    commits: await commitsOf(project.repository, run.id),
    notes: [
      ...(stopped ? [`Go on with: ${options.resumeCommand}`] : []),
      ...(await options.notes(followed)),
    ],
  });
  const output = options.show.json ? processOutput(process.stderr) : processOutput();
  if (project.repository === undefined && followed.result.output !== undefined) {
    output.write(`\n${harmless(followed.result.output)}\n`);
  }
  for (const line of screen) output.write(`${line}\n`);
  if (stopped) return EXIT.stopped;
  return followed.result.status === 'completed' ? EXIT.done : EXIT.failed;
}

/** The newest run that is not finished, resumed; or the one with this id. */
export function resumeRun(
  overseer: Overseer,
  id: string | undefined,
  source: TaskSource | undefined,
): Run | undefined {
  const unfinished = overseer.unfinished();
  const wanted = id === undefined ? unfinished.at(-1)?.id : id;
  if (wanted === undefined) return undefined;
  const run = overseer.open(wanted);
  run.resume(source === undefined ? {} : { source });
  return run;
}

async function openTeam({ project, team, parts, budgetUsd }: WorkOptions): Promise<Overseer> {
  return await createOverseer({
    ...team,
    ...parts,
    store: sqlite(project.journal),
    ...(project.repository === undefined
      ? {}
      : { workspaces: gitWorkspaces({ repository: project.repository }) }),
    ...(budgetUsd === undefined ? {} : { budget: { usd: budgetUsd } }),
  });
}
