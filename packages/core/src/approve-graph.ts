import type { PlanTask } from './spec/task.ts';
import { approveCheck } from './validate/approve.ts';

/** Who is asked where nobody is named. */
const ANYBODY = 'a person';

/** Who approves a plan; `undefined` where nobody has to. */
export function approverOf(approve: boolean | string | undefined): string | undefined {
  if (approve === undefined || approve === false) return undefined;
  return approve === true ? ANYBODY : approve;
}

/** A graph of which nothing begins before a person approved it. Pure. */
export function approvedFirst(
  tasks: readonly PlanTask[],
  person: string | undefined,
): readonly PlanTask[] {
  if (person === undefined) return tasks;
  const taken = new Set(tasks.map(({ key }) => key));
  let key = 'approve';
  for (let count = 2; taken.has(key); count++) key = `approve-${count}`;
  const first: PlanTask = {
    ...{ key, title: 'Approve the plan', instruction: 'Ask a person whether the plan is worked.' },
    ...{ kind: 'check', needs: [], files: [], priority: 'critical' },
    checks: [approveCheck(person, tasks)],
  };
  return [
    first,
    ...tasks.map((task) => (task.needs.length > 0 ? task : { ...task, needs: [key] })),
  ];
}
