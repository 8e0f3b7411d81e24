import type { EventDraft } from '../journal/draft.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { WaitCause } from '../spec/task-events.ts';

/**
 * The event that tells why a task waits, and until when; `undefined` where there is nothing to tell. A wait for a call to
 * end is over in a moment; only one until a known time is worth a line in the journal, and only once. Pure.
 */
export function waitingDraft(
  task: TaskState,
  because: string,
  untilAt: number | undefined,
  nowMs: number,
  isNewTime: boolean,
  on: WaitCause | undefined,
): EventDraft | undefined {
  const known = task.waiting?.untilAt;
  if (untilAt === undefined || (known !== undefined && known > nowMs && !isNewTime)) {
    return undefined;
  }
  const data = on === undefined ? { because, untilAt } : { because, untilAt, on };
  return { type: 'task.waiting', run: task.run, task: task.task.key, data };
}
