import type { Overseer, Run } from '@overseer/core';
import { ConfigError } from '@overseer/core/plugin';
import { requireJournal, shownJournal } from '../setup/open-journal.ts';
import { findProject, type Project } from '../setup/project.ts';
import { isSavedPlan, placeForPlan } from '../setup/saved-plan.ts';
import { readSource, sourceOfRun } from '../setup/tasks.ts';
import { answerOldest } from './person-asked.ts';
import { planOnRecord } from './plan-on-record.ts';
import { prepareWork } from './prepare.ts';
import { resumeCommandOf } from './resume-command.ts';
import type { RunFlags } from './run-flags.ts';
import { stopEarly, stoppedEarly } from './stop-early.ts';
import { tellPlan } from './tell-plan.ts';
import { work } from './work.ts';

/**
 * `overseer resume`: goes on with a run that was stopped or whose process died, or tells the plan of one that made a
 * plan and is over, for which nobody is called. `program` is what a person calls
 * `overseer`. Returns the exit code.
 */
export async function resumeCommand(
  program: string,
  id: string | undefined,
  flags: RunFlags & Pick<ResumeWish, 'answer'>,
): Promise<number> {
  const project = findProject({
    repository: flags.repo,
    journal: flags.journal,
    folder: process.cwd(),
  });
  requireJournal(project);
  using early = stopEarly(stoppedEarly(resumeCommandOf(program, flags)));
  const saveTo = flags.savePlan === undefined ? undefined : placeForPlan(project, flags.savePlan);
  const made = await planOnRecord(flags, id);
  if (made !== undefined) {
    const show = { json: flags.json ?? false, plain: true };
    return await tellPlan(undefined, made, { project, show, plans: { only: true, saveTo } });
  }
  const options = await prepareWork(program, project, flags, early);
  const plans = { only: false, saveTo };
  return await work({ ...options, plans }, (overseer) =>
    resumeRun(overseer, project, { id, ...flags }),
  );
}

/** Which run goes on, and where its tasks came from. */
export interface ResumeWish {
  /** The newest that is not finished, where left out. */
  readonly id?: string | undefined;
  /** The document to tick boxes in; where left out, the one that the run's tasks were read from. */
  readonly tasks?: string;
  /** A person's answer to the oldest question that the run waits with. */
  readonly answer?: string;
}

/**
 * Goes on with a run that is not finished; `undefined` where there is none. Throws `ConfigError` `run.unknown` for an id
 * that no unfinished run has, and `question.unknown` for an answer that nobody waits for.
 */
export async function resumeRun(
  overseer: Overseer,
  project: Project,
  { id, tasks, answer }: ResumeWish,
): Promise<Run | undefined> {
  const unfinished = overseer.unfinished();
  const wanted = id === undefined ? unfinished.at(-1) : unfinished.find((run) => run.id === id);
  if (wanted === undefined) {
    if (id === undefined) return undefined;
    throw new ConfigError(
      'run.unknown',
      `There is no unfinished run ${id} in ${shownJournal(project.journal)}.`,
    );
  }
  const run = overseer.open(wanted.id);
  const source = isSavedPlan(tasks)
    ? undefined
    : tasks === undefined
      ? await sourceOfRun(project, run)
      : await readSource(project, tasks);
  if (answer !== undefined) await answerOldest(overseer, wanted.id, answer);
  run.resume(source === undefined ? {} : { source });
  return run;
}
