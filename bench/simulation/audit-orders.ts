import type { OverseerEvent } from '@overseer/core/spec';
import type { AuditedTask } from './audited.ts';

/** Makes an order about a task true, and says what is wrong with it. */
export function takeOrder(
  task: AuditedTask,
  event: OverseerEvent<'task.paused' | 'task.resumed' | 'task.changed' | 'task.reopened'>,
): readonly string[] {
  const isOver = task.status !== 'open' && task.status !== 'running';
  const problems =
    isOver === (event.type === 'task.reopened') ? [] : [`is about a task that is ${task.status}`];
  switch (event.type) {
    case 'task.paused':
      task.isPaused = true;
      break;
    case 'task.resumed':
      task.isPaused = false;
      break;
    case 'task.reopened':
      task.status = 'open';
      task.waitingUntil = undefined;
      break;
    case 'task.changed':
      if (event.data.model !== undefined) task.model = event.data.model ?? undefined;
      break;
  }
  return problems;
}
