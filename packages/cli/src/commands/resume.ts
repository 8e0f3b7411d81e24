import { ConfigError } from '@overseer/core/plugin';
import { modelsOf } from '../setup/model-flags.ts';
import { findProject, readTasks } from '../setup/project.ts';
import { teamOf, teamParts } from '../setup/team.ts';
import { resumeCommandOf } from './run.ts';
import { checksOf, type RunFlags } from './run-flags.ts';
import { resumeRun, work } from './work.ts';

/** `overseer resume`: goes on with a run that was stopped or whose process died. Returns the exit code. */
export async function resumeCommand(
  id: string | undefined,
  flags: RunFlags & { readonly tasks?: string },
): Promise<number> {
  const project = await findProject({
    repository: flags.repo,
    journal: flags.journal,
    folder: process.cwd(),
  });
  const models = modelsOf({ model: flags.model, baseUrl: flags.baseUrl }, process.env);
  const graph =
    flags.tasks === undefined ? undefined : await readTasks(project, flags.tasks, checksOf(flags));
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
    (overseer) => {
      const run = resumeRun(overseer, id, graph?.source);
      if (run === undefined && id !== undefined) {
        throw new ConfigError(
          'run.unknown',
          `There is no unfinished run ${id} in ${project.journal}.`,
        );
      }
      return run;
    },
  );
}
