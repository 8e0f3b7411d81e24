import type { PlanTask } from '../spec/task.ts';

/** The field that a task's answer has, where that is JSON of a form which its request names: a plan, or a judge's choice. Pure. */
export function jsonFieldOf({
  kind,
  ensemble,
}: Pick<PlanTask, 'kind' | 'ensemble'>): 'tasks' | 'choice' | undefined {
  if (kind === 'plan') return 'tasks';
  return ensemble === undefined || ensemble.kind === 'merge' ? undefined : 'choice';
}
