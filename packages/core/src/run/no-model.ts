import { closingOf } from '../attempt/closing.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { PlanTask } from '../spec/task.ts';

/** Whether a tool, checks alone or another task do the task. */
export function needsNoModel(task: PlanTask): boolean {
  return (task.step ?? task.replacedBy) !== undefined || task.kind === 'check';
}

/** Why a task is done without a model now; `undefined` where a model does it. Pure. */
export function whyNoModel(run: RunState, task: TaskState): string | undefined {
  const { replacedBy } = task.task;
  if (replacedBy !== undefined) return `${replacedBy} stands in for it`;
  if (needsNoModel(task.task)) return 'needs no model';
  const closing = closingOf(run, task);
  return closing?.kind === 'taken' ? closing.because : undefined;
}

/** The event by which a task is taken up that needs no model. */
export function assignedToNobody(
  { run, task }: TaskState,
  attempt: string,
  because: string,
): EventDraft {
  // In the order of the other events of an attempt, so that all have the same shape in memory.
  return {
    type: 'task.assigned',
    actor: undefined,
    run,
    task: task.key,
    attempt,
    call: undefined,
    model: undefined,
    data: { because },
  };
}
