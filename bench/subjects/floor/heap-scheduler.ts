import type { SchedulerBench } from '../../harness/subject.ts';
import { type ScheduledTask, scheduledTask } from '../../schedule/scheduled-task.ts';

/** The least: one binary heap in the order of priority and of coming, and no limits. */
export async function heapScheduler(): Promise<SchedulerBench> {
  const heap: Items = [];
  const hold = (count: number): void => {
    for (let order = 0; order < count; order++) {
      heap.push({ task: scheduledTask(order), order });
      rise(heap);
    }
  };
  return {
    hold,
    run: async (count) => {
      hold(count);
      while (heap.length > 0) takeFirst(heap);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

type Items = { readonly task: ScheduledTask; readonly order: number }[];

function isBefore(a: Items[number], b: Items[number]): boolean {
  const byPriority = a.task.priority - b.task.priority;
  return byPriority === 0 ? a.order < b.order : byPriority < 0;
}

function rise(items: Items): void {
  let at = items.length - 1;
  const item = items[at] as Items[number];
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = items[parent] as Items[number];
    if (!isBefore(item, above)) break;
    items[at] = above;
    at = parent;
  }
  items[at] = item;
}

function takeFirst(items: Items): void {
  const item = items.pop() as Items[number];
  const count = items.length;
  if (count === 0) return;
  let at = 0;
  while (true) {
    let child = 2 * at + 1;
    if (child >= count) break;
    const right = items[child + 1];
    if (right !== undefined && isBefore(right, items[child] as Items[number])) child += 1;
    const below = items[child] as Items[number];
    if (!isBefore(below, item)) break;
    items[at] = below;
    at = child;
  }
  items[at] = item;
}
