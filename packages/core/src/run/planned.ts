import type { AttemptPlace, PlanAnswer } from '../attempt/attempt-host.ts';
import { normaliseTasks } from '../plan/normalise-tasks.ts';
import { parsePlan } from '../plan/plan-schema.ts';

/** The key of the task that makes a plan of a goal. */
export const PLAN_KEY = 'plan';

/** The event by which a plan that passed its checks becomes tasks of its run. A task that names no check is reviewed: nothing is done without proof. */
export async function plannedDrafts(at: AttemptPlace, output: string): Promise<PlanAnswer> {
  const existing = [...at.run.tasks.values()].map(({ task }) => task);
  const plan = await parsePlan(output, existing);
  if (!plan.ok) return { kind: 'refused', problems: plan.problems };
  const proven = plan.tasks.map((task) =>
    (task.checks ?? []).length === 0 ? { ...task, checks: [{ kind: 'review' }] } : task,
  );
  const tasks = normaliseTasks(proven, existing);
  const accepted = { type: 'plan.accepted', run: at.run.id, data: { by: 'model', tasks } } as const;
  return { kind: 'accepted', drafts: [accepted] };
}
