import type { RunState, TaskState } from '../journal/run-state.ts';
import { isFinal } from '../journal/run-state.ts';
import { normaliseTasks } from '../plan/normalise-tasks.ts';
import { parsePlan } from '../plan/plan-schema.ts';
import type { PlanTask, TaskInput } from '../spec/task.ts';
import { checksOfPlanned, type PlanChecks, readPlanCheck } from '../validate/plan-checks.ts';
import { finalTask } from './final-check.ts';

/** A model's plan with the checks that each task must pass, or what is wrong with it. */
export type PlannedGraph =
  | {
      readonly kind: 'planned';
      /** As a host may change them and give them to a run of their own. */
      readonly inputs: readonly TaskInput[];
      /** The same, as their run works them. */
      readonly tasks: readonly PlanTask[];
      /** What the whole must pass in the end. */
      readonly last: readonly Omit<PlanTask, 'ensemble'>[];
    }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** What a plan task has on record of the plan that it asks for. */
export function wishedChecks({ task }: Pick<TaskState, 'task'>): PlanChecks {
  const check = task.checks.find(({ kind }) => kind === 'plan');
  return readPlanCheck(check?.value) ?? { kinds: [], always: [] };
}

/** Reads the plan that `planner`, a task of `run`, gave. */
export async function plannedGraph(
  run: Pick<RunState, 'tasks'>,
  planner: Pick<TaskState, 'task'>,
  output: string,
): Promise<PlannedGraph> {
  const existing = [...run.tasks.values()].map(asExisting);
  const wanted = wishedChecks(planner);
  const plan = await parsePlan(output, existing, wanted);
  if (!plan.ok) return { kind: 'refused', problems: plan.problems };
  const inputs = plan.tasks.map((task) => ({ ...task, checks: checksOfPlanned(task, wanted) }));
  const tasks = normaliseTasks(inputs, existing);
  const taken = new Set([...existing, ...tasks].map(({ key }) => key));
  return { kind: 'planned', inputs, tasks, last: finalTask(tasks, wanted.whole ?? [], taken) };
}

/** A task that is over writes nothing any more; and who waited for one that failed would wait for ever. */
function asExisting({ task, status }: TaskState): Pick<PlanTask, 'key' | 'files' | 'needs'> {
  return isFinal[status] ? { key: task.key, files: [], needs: task.needs } : task;
}
