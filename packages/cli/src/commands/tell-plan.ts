import { type CostEstimate, type MadePlan, type Overseer, planOf, type Run } from '@overseer/core';
import { OverseerError } from '@overseer/core/plugin';
import { EXIT } from '../exit-code.ts';
import type { Project } from '../setup/project.ts';
import { isInSight, savePlan } from '../setup/saved-plan.ts';
import { estimateTable } from '../view/estimate-table.ts';
import { planTable } from '../view/plan-table.ts';
import { wordsOutput } from '../view/presenter.ts';
import { count, dollars, harmless, plural } from '../view/words.ts';
import type { Followed, ShowFlags } from './follow.ts';
import { quote } from './words-of-flags.ts';

/** What to do with a plan. */
export interface PlanWish {
  /** It is asked for here and now, so that the standard output is for it alone. */
  readonly only: boolean;
  /** The file to save it in, absolute. */
  readonly saveTo: string | undefined;
}

/** Where a plan is told of. */
export interface PlanSetting {
  readonly project: Project;
  readonly show: ShowFlags;
  /** Absent where nobody asked for a plan. */
  readonly plans?: PlanWish;
}

/** What a run that was to make a plan and no more came to; `undefined` for any other, and where it made none. */
export async function madePlan(run: Run, { view }: Followed): Promise<MadePlan | undefined> {
  const isMade = view.status === 'completed' && view.tasks.has('plan');
  // Whatever was planned beside is worked here, and not read twice.
  if (!isMade || [...view.tasks.keys()].some((key) => !/^plan($|\/)/.test(key))) return undefined;
  try {
    return await planOf(run);
  } catch (error) {
    if (OverseerError.is(error) && error.code === 'plan.absent') return undefined;
    throw error;
  }
}

/**
 * Saves a plan where that was asked for, and shows it, what working it will take, and what making it took; what it will
 * take only while the overseer is open. Returns the exit code.
 */
export async function tellPlan(
  overseer: Overseer,
  plan: MadePlan,
  { project, show, plans }: PlanSetting,
): Promise<number> {
  const { graph, ...planning } = plan;
  const file = plans?.saveTo;
  // Before anything else: it was paid for.
  if (file !== undefined) await savePlan(file, graph);
  const forecast = forecastOf(overseer, plan);
  const output = wordsOutput(show.json);
  if (show.json && plans?.only === true) {
    const told = { ...forecast, plan: graph, planning };
    process.stdout.write(`${JSON.stringify(told)}\n`);
    if (forecast === undefined) output.write(`${NOT_RECKONED}\n`);
    return EXIT.done;
  }
  const lines = [
    '',
    ...planTable(graph),
    '',
    ...(forecast === undefined ? [NOT_RECKONED] : estimateTable(forecast)),
    costOfPlanning(plan),
    ...(file === undefined ? [] : [`The plan is saved: work it with --tasks ${quote(file)}`]),
    ...(file === undefined || !isInSight(project, file)
      ? []
      : ['git sees that file as an uncommitted change: commit it or move it before you work it.']),
  ];
  for (const line of lines) output.write(`${harmless(line)}\n`);
  return EXIT.done;
}

const NOT_RECKONED =
  'What working it will take was not reckoned, as this was stopped: ask with --tasks and --estimate, once the plan is saved.';

/** Ctrl-C while the plan was made has closed the overseer. */
function forecastOf(overseer: Overseer, { graph }: MadePlan): CostEstimate | undefined {
  try {
    return overseer.estimate(graph);
  } catch (error) {
    if (OverseerError.is(error) && error.code === 'overseer.closed') return undefined;
    throw error;
  }
}

/** Nobody should take what was spent already for a part of an estimate. */
function costOfPlanning({ usage, cost }: MadePlan): string {
  const money =
    cost === undefined
      ? 'dollars that nobody knows'
      : cost === 0
        ? 'nothing charged'
        : dollars(usage.microUsd);
  const tokens = `${count(usage.inputTokens)} tokens in and ${count(usage.outputTokens)} out`;
  return `Making the plan was real work and is not in these figures: ${plural(usage.calls, 'call')}, ${tokens}, ${money}.`;
}
