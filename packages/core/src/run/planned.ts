import type { AttemptPlace, PlanAnswer } from '../attempt/attempt-host.ts';
import { normaliseTasks } from '../plan/normalise-tasks.ts';
import { parsePlan } from '../plan/plan-schema.ts';
import { checksOfPlanned, readPlanCheck } from '../validate/plan-checks.ts';

/** The key of the task that makes a plan of a goal. */
export const PLAN_KEY = 'plan';

/** The event by which a plan that passed its checks becomes tasks of its run, each with the checks that it must pass. */
export async function plannedDrafts(at: AttemptPlace, output: string): Promise<PlanAnswer> {
  const existing = [...at.run.tasks.values()].map(({ task }) => task);
  const plan = await parsePlan(output, existing);
  if (!plan.ok) return { kind: 'refused', problems: plan.problems };
  const check = at.task.task.checks.find(({ kind }) => kind === 'plan');
  const wanted = readPlanCheck(check?.value) ?? { kinds: [], always: [] };
  const proven = plan.tasks.map((task) => ({ ...task, checks: checksOfPlanned(task, wanted) }));
  const tasks = normaliseTasks(proven, existing);
  const accepted = { type: 'plan.accepted', run: at.run.id, data: { by: 'model', tasks } } as const;
  return { kind: 'accepted', drafts: [accepted] };
}
