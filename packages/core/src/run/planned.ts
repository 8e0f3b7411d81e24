import type { AttemptPlace, PlanAnswer } from '../attempt/attempt-host.ts';
import { isFinal, type TaskState } from '../journal/run-state.ts';
import { normaliseTasks } from '../plan/normalise-tasks.ts';
import { parsePlan } from '../plan/plan-schema.ts';
import type { PlanTask } from '../spec/task.ts';
import { checksOfPlanned, type PlanChecks, readPlanCheck } from '../validate/plan-checks.ts';
import { finalTask } from './final-check.ts';

/** The key of the task that makes a plan of a goal. */
export const PLAN_KEY = 'plan';

/**
 * The event by which a plan that passed its checks becomes tasks of its run, each with the checks that it must pass;
 * `problemsOf` says what stands against them in this team.
 */
export async function plannedDrafts(
  at: AttemptPlace,
  output: string,
  problemsOf: (tasks: readonly PlanTask[]) => readonly { readonly message: string }[] = () => [],
): Promise<PlanAnswer> {
  const existing = [...at.run.tasks.values()].map(asExisting);
  const check = at.task.task.checks.find(({ kind }) => kind === 'plan');
  const wanted: PlanChecks = readPlanCheck(check?.value) ?? { kinds: [], always: [] };
  const plan = await parsePlan(output, existing, wanted);
  if (!plan.ok) return { kind: 'refused', problems: plan.problems };
  const proven = plan.tasks.map((task) => ({ ...task, checks: checksOfPlanned(task, wanted) }));
  const planned = normaliseTasks(proven, existing);
  const problems = problemsOf(planned).map(({ message }) => message);
  if (problems.length > 0) return { kind: 'refused', problems };
  const taken = new Set([...existing, ...planned].map(({ key }) => key));
  const tasks = [...planned, ...finalTask(planned, wanted.whole ?? [], taken)];
  const accepted = { type: 'plan.accepted', run: at.run.id, data: { by: 'model', tasks } } as const;
  return { kind: 'accepted', drafts: [accepted] };
}

/** A task that is over writes nothing any more; and who waited for one that failed would wait for ever. */
function asExisting({ task, status }: TaskState): Pick<PlanTask, 'key' | 'files' | 'needs'> {
  return isFinal[status] ? { key: task.key, files: [], needs: task.needs } : task;
}
