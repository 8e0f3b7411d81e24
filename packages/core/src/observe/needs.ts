import { isFinal } from '../journal/run-state.ts';
import type { PlanTask } from '../spec/task.ts';
import type { RunRecord, TaskRecord } from './run-record.ts';

/** Whether a task ended. */
export function isOver({ status }: TaskRecord): boolean {
  return isFinal[status];
}

/** Notes what a new task needs, and counts what of that is missing. */
export function addNeeds(run: RunRecord, task: TaskRecord): void {
  const { key, needs } = task.task;
  task.missing = 0;
  for (const need of new Set(needs)) {
    const dependants = run.dependants.get(need);
    if (dependants === undefined) run.dependants.set(need, [key]);
    else dependants.push(key);
    const needed = run.tasks.get(need);
    if (needed === undefined || !letsGoOn(needed, key)) task.missing += 1;
  }
}

/** A task needs what another plan says from now on. */
export function changeNeeds(run: RunRecord, task: TaskRecord, changed: PlanTask): void {
  const { key } = changed;
  task.task = changed;
  task.missing = 0;
  for (const need of new Set(changed.needs)) {
    const dependants = run.dependants.get(need) ?? [];
    if (!dependants.includes(key)) run.dependants.set(need, [...dependants, key]);
    const needed = run.tasks.get(need);
    if (needed === undefined || !letsGoOn(needed, key)) task.missing += 1;
  }
}

/** A task ended; gives those that wait for nothing any more. */
export function settle(run: RunRecord, task: TaskRecord): readonly TaskRecord[] {
  return waitingFor(run, task).filter((dependant) => {
    dependant.missing -= 1;
    return dependant.missing === 0;
  });
}

/** A task that ended is open again; gives those that wait for it again. Called once it is open. */
export function unsettle(run: RunRecord, task: TaskRecord): readonly TaskRecord[] {
  const late = (run.dependants.get(task.task.key) ?? []).flatMap((key) =>
    task.task.memberOf === key ? (run.tasks.get(key) ?? []) : [],
  );
  for (const dependant of late) dependant.missing += 1;
  return late;
}

function waitingFor(run: RunRecord, task: TaskRecord): readonly TaskRecord[] {
  return (run.dependants.get(task.task.key) ?? []).flatMap((key) => {
    const dependant = run.tasks.get(key);
    return dependant !== undefined && letsGoOn(task, key) ? dependant : [];
  });
}

/** Whether what needs a task may start as far as that is concerned: it is verified, or a member of an ensemble and over. */
function letsGoOn(task: TaskRecord, dependant: string): boolean {
  return task.status === 'done' || (task.task.memberOf === dependant && isOver(task));
}
