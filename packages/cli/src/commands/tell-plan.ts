import { type CostEstimate, type MadePlan, type Overseer, planOf, type Run } from '@overseer/core';
import { OverseerError } from '@overseer/core/plugin';
import { EXIT } from '../exit-code.ts';
import type { Project } from '../setup/project.ts';
import { savePlan } from '../setup/saved-plan.ts';
import { isSeenByGit } from '../setup/seen-by-git.ts';
import { estimateTable } from '../view/estimate-table.ts';
import { planTable } from '../view/plan-table.ts';
import { type Output, wordsOutput } from '../view/presenter.ts';
import { count, dollars, oneLine, plural } from '../view/words.ts';
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
 * take only with an overseer that is open. Returns the exit code. Throws `OverseerError` `plan.unsaved`, once the plan
 * is shown.
 */
export async function tellPlan(
  overseer: Overseer | undefined,
  plan: MadePlan,
  setting: PlanSetting,
): Promise<number> {
  const file = setting.plans?.saveTo;
  // It was paid for: it is saved before anything else, and shown whatever becomes of that.
  const saved = await Promise.allSettled(file === undefined ? [] : [savePlan(file, plan)]);
  const forecast = overseer === undefined ? undefined : forecastOf(overseer, plan);
  if (isForPrograms(setting)) writeObject(plan, forecast);
  else writeTables(plan, forecast, wordsOutput(setting.show.json));
  for (const one of saved) if (one.status === 'rejected') throw one.reason;
  if (file !== undefined && !isForPrograms(setting)) await tellPlace(file, setting);
  return EXIT.done;
}

/** Whether the standard output is for one object. */
function isForPrograms({ show, plans }: PlanSetting): boolean {
  return show.json && plans?.only === true;
}

function writeObject({ graph, ...planning }: MadePlan, forecast: CostEstimate | undefined): void {
  process.stdout.write(`${JSON.stringify({ ...forecast, plan: graph, planning })}\n`);
  if (forecast === undefined) process.stderr.write(`${NOT_RECKONED}\n`);
}

function writeTables(plan: MadePlan, forecast: CostEstimate | undefined, output: Output): void {
  const lines = [
    '',
    ...planTable(plan.graph),
    '',
    ...(forecast === undefined ? [NOT_RECKONED] : estimateTable(forecast)),
    costOfPlanning(plan),
  ];
  for (const line of lines) output.write(`${oneLine(line)}\n`);
}

const NOT_RECKONED =
  'What working it will take is not reckoned here: --tasks with --estimate says it of a saved plan.';

/** Ctrl-C while the plan was made has closed the overseer. */
function forecastOf(overseer: Overseer, { graph }: MadePlan): CostEstimate | undefined {
  try {
    return overseer.estimate(graph);
  } catch (error) {
    if (OverseerError.is(error) && error.code === 'overseer.closed') return undefined;
    throw error;
  }
}

async function tellPlace(file: string, { project, show }: PlanSetting): Promise<void> {
  const output = wordsOutput(show.json);
  output.write(`The plan is saved: work it with --tasks ${oneLine(quote(file))}\n`);
  if (await isSeenByGit(project, file)) {
    output.write(
      'git sees that file as an uncommitted change: commit it or move it before you work it.\n',
    );
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
