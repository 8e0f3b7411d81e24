import type { ScheduledTask, Scheduler } from '../../harness/subject.ts';

/** The least: one binary heap in the order of priority and of coming, and no limits. */
export async function heapScheduler(): Promise<Scheduler> {
  const heap: { readonly task: ScheduledTask; readonly order: number }[] = [];
  let order = 0;
  return {
    add: (task) => {
      order += 1;
      heap.push({ task, order });
      rise(heap);
    },
    drain: async () => {
      let started = 0;
      while (heap.length > 0) {
        takeFirst(heap);
        started += 1;
      }
      return started;
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
