import type { AttemptPlace } from '../attempt/attempt-host.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import type { EventDraft } from '../journal/draft.ts';
import { normaliseTasks } from '../plan/normalise-tasks.ts';
import { parsePlan } from '../plan/plan-schema.ts';

/** The key of the task that makes a plan of a goal. */
export const PLAN_KEY = 'plan';

/** The event by which a plan that passed its checks becomes tasks of its run. A task that names no check is reviewed: nothing is done without proof. */
export async function plannedDrafts(
  at: AttemptPlace,
  output: string,
): Promise<readonly EventDraft[]> {
  const plan = await parsePlan(output);
  if (!plan.ok) {
    throw new OverseerError('plan.invalid', `The plan is wrong: ${plan.problems.join('; ')}`);
  }
  const proven = plan.tasks.map((task) =>
    (task.checks ?? []).length === 0 ? { ...task, checks: [{ kind: 'review' }] } : task,
  );
  const tasks = normaliseTasks(proven, [...at.run.tasks.keys()]);
  return [{ type: 'plan.accepted', run: at.run.id, data: { by: 'model', tasks } }];
}
