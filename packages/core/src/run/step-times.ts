import type { PlanTask } from '../spec/task.ts';
import type { Settings } from './settings.ts';
import type { ToolWait } from './tool-wait.ts';

/** When a step that is ready since `readyAt` has waited as long as it may, epoch ms; infinity for never. Pure. */
export function stepExpiresAt(
  settings: Pick<Settings, 'maxWaitMs'>,
  { maxWaitMs = settings.maxWaitMs, deadlineAt = Number.POSITIVE_INFINITY }: PlanTask,
  readyAt: number,
): number {
  // At its deadline it may still start; a moment later it cannot be in time.
  return Math.min(readyAt + maxWaitMs, deadlineAt + 1);
}

/** Whether a step cannot be in time any more: its deadline has passed, or its quota gives it no turn before. Pure. */
export function isTooLate(
  { deadlineAt = Number.POSITIVE_INFINITY }: PlanTask,
  { untilAt, isQuota }: ToolWait,
  nowMs: number,
): boolean {
  return nowMs > deadlineAt || (isQuota && untilAt !== undefined && untilAt > deadlineAt);
}

/** Why a step that its tool kept waiting is given up, with what to do, and the code to look for. Pure. */
export function whyStepExpired(
  task: PlanTask,
  readyAt: number,
  wait: ToolWait,
  nowMs: number,
): string {
  const { deadlineAt = Number.POSITIVE_INFINITY, maxWaitMs } = task;
  if (isTooLate(task, wait, nowMs)) {
    const deadline = new Date(deadlineAt).toISOString();
    return `it cannot be done by its deadline, ${deadline}: it waits for ${wait.because}; give it a later deadline, or allow its tool more (run.deadline)`;
  }
  const may = maxWaitMs === undefined ? 'maxWaitMs allows' : 'its maxWaitMs allows';
  return `it waited ${nowMs - readyAt} ms for its tool, as long as ${may}; what it waited for: ${wait.because}; let it wait longer, or allow its tool more (run.max-wait)`;
}
