import type { Model } from '@overseer/core/spec';
import { addressOf, isSentAsItIs, modelsOf } from '../setup/model-flags.ts';
import { pricesOf, requirePrices } from '../setup/price-flags.ts';
import type { Project } from '../setup/project.ts';
import { reachTeam } from '../setup/reach-team.ts';
import { teamOf, teamParts } from '../setup/team.ts';
import { resumeCommandOf } from './resume-command.ts';
import type { RunFlags } from './run-flags.ts';
import type { WorkOptions } from './work.ts';

/** How long a server may take to say which models it has. */
const PATIENCE_MS = 10_000;

/**
 * The team that flags and variables name, asked whether it is there: what `run` and `resume` have in common. `program`
 * is the name that a person calls the command by; `early` answers Ctrl-C until a run begins.
 */
export async function prepareWork(
  program: string,
  project: Project,
  flags: RunFlags,
  early: Disposable,
): Promise<WorkOptions> {
  const named = { model: flags.model, baseUrl: flags.baseUrl };
  const models = modelsOf(named, process.env);
  const prices = pricesOf(flags.price, models);
  requirePrices(flags.budget, models, prices);
  const warnings = await reachTeam(models, {
    addressOf: (model: Model) => addressOf(model, named, process.env),
    patienceMs: PATIENCE_MS,
    isSentAsItIs: (at) => isSentAsItIs(flags.model[at]),
  });
  return {
    project,
    team: teamOf(models, flags.limit, prices),
    parts: teamParts({ hasFiles: project.repository !== undefined }),
    budgetUsd: flags.budget,
    keepRuns: flags.keepRuns,
    show: { json: flags.json ?? false, plain: flags.plain ?? false },
    resumeCommand: resumeCommandOf(program, flags),
    warnings,
    early,
    notes: () => [],
  };
}
