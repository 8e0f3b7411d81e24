import { ReadyQueue } from './ready-queue.ts';
import type { ReadyTask } from './ready-task.ts';

/** The moment at which these tests begin, epoch ms. */
export const NOW = 1_000;

/** A ready task that is like any other but for what is said. */
export function ready(some: Partial<ReadyTask>): ReadyTask {
  return {
    run: 'run',
    task: 'task',
    group: 'worker/code',
    flow: 'run',
    weight: 1,
    priority: 'medium',
    rank: 0,
    order: 0,
    readyAt: NOW,
    notBefore: 0,
    latestStartAt: Number.POSITIVE_INFINITY,
    expiresAt: Number.POSITIVE_INFINITY,
    express: false,
    ...some,
  };
}

/** Tasks `a1`, `a2`, … of one flow. */
export function flowOf(
  flow: string,
  count: number,
  some: Partial<ReadyTask> = {},
): readonly ReadyTask[] {
  return Array.from({ length: count }, (_, index) =>
    ready({ flow, task: `${flow}${index + 1}`, order: index + 1, ...some }),
  );
}

/** A queue of these tasks. */
export function filled(tasks: readonly ReadyTask[]): ReadyQueue {
  const queue = new ReadyQueue();
  for (const task of tasks) queue.add(task, NOW);
  return queue;
}

/** Starts all that may start, at most `count`; gives their names in order. */
export function taken(
  queue: ReadyQueue,
  count: number = Number.POSITIVE_INFINITY,
  nowMs: number = NOW,
): readonly string[] {
  const tasks: string[] = [];
  queue.offer(nowMs, ({ task }) => {
    if (tasks.length >= count) return 'blocked';
    tasks.push(task);
    return 'started';
  });
  return tasks;
}
