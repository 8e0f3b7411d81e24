import type { AttemptPlace, PlanAnswer } from '../attempt/attempt-host.ts';
import type { PlanTask } from '../spec/task.ts';
import { plannedGraph, wishedChecks } from './planned-graph.ts';

/** The key of the task that makes a plan of a goal. */
export const PLAN_KEY = 'plan';

/**
 * The event by which a plan that passed its checks becomes tasks of its run, each with the checks that it must pass; none
 * where nothing but the plan was wanted. `problemsOf` says what stands against them in this team.
 */
export async function plannedDrafts(
  at: AttemptPlace,
  output: string,
  problemsOf: (tasks: readonly PlanTask[]) => readonly { readonly message: string }[] = () => [],
): Promise<PlanAnswer> {
  const plan = await plannedGraph(at.run, at.task, output);
  if (plan.kind === 'refused') return plan;
  const problems = problemsOf(plan.tasks).map(({ message }) => message);
  if (problems.length > 0) return { kind: 'refused', problems };
  if (wishedChecks(at.task).only === true) return { kind: 'accepted', drafts: [] };
  const tasks = [...plan.tasks, ...plan.last];
  const accepted = { type: 'plan.accepted', run: at.run.id, data: { by: 'model', tasks } } as const;
  return { kind: 'accepted', drafts: [accepted] };
}
