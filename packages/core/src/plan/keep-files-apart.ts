import type { PlanTask } from '../spec/task.ts';
import { sharedPaths } from './shared-paths.ts';
import { TopologicalOrder } from './topological-order.ts';

/** Nodes that may be looked at to find the best order; beyond it one that only works will do. */
const MOST_LOOKS = 1_000_000;

/**
 * Adds needs between tasks that share a file, so that no two running tasks write one. Of two new tasks the one given
 * earlier goes first, unless what it needs says otherwise; `existing` ones, which may be at work, always do. No need is
 * added where one task waits for the other already. Tasks must not wait for each other in a circle, and do not
 * afterwards. Linear in tasks, needs and writers of shared files, but for a search that is bounded: in graphs that
 * exhaust it, some orders are turned and some needs are superfluous.
 */
export function keepFilesApart(
  tasks: readonly PlanTask[],
  existing: readonly Pick<PlanTask, 'key' | 'files' | 'needs'>[] = [],
): readonly PlanTask[] {
  if (tasks.length + existing.length < 2) return tasks;
  const all = [...existing, ...tasks];
  const paths = sharedPaths(all);
  if (paths.length === 0) return tasks;
  const order = new TopologicalOrder(needsOf(all));
  const added: Added = new Map();
  for (const [task, queues] of queuesOf(paths, existing.length))
    queueUp(task, queues, order, added);
  return tasks.map((task, at) => {
    const more = added.get(existing.length + at);
    if (more === undefined) return task;
    return { ...task, needs: [...task.needs, ...more.flatMap((need) => all[need]?.key ?? [])] };
  });
}

/** The needs that were added, by task. */
type Added = Map<number, number[]>;

/** The writers of one path. */
interface Queue {
  readonly existing: readonly number[];
  /** In the order in which they go: each waits for the one before. */
  readonly fresh: number[];
}

/** What each task needs, as indexes. */
function needsOf(tasks: readonly Pick<PlanTask, 'key' | 'needs'>[]): readonly number[][] {
  const indexes = new Map<string, number>();
  for (let at = 0; at < tasks.length; at++) indexes.set(tasks[at]?.key ?? '', at);
  return tasks.map(({ needs }) => {
    const found: number[] = [];
    for (const need of needs) {
      const index = indexes.get(need);
      if (index !== undefined) found.push(index);
    }
    return found;
  });
}

/** The queues of each new task, in the order of tasks; only existing ones stand in them yet. */
function queuesOf(
  paths: readonly (readonly number[])[],
  firstNew: number,
): readonly (readonly [task: number, queues: readonly Queue[]])[] {
  const found: (Queue[] | undefined)[] = [];
  for (const writers of paths) {
    const queue = { existing: writers.filter((writer) => writer < firstNew), fresh: [] };
    for (const writer of writers) {
      if (writer < firstNew) continue;
      const known = found[writer];
      if (known === undefined) found[writer] = [queue];
      else known.push(queue);
    }
  }
  return found.flatMap((queues, task) => (queues === undefined ? [] : [[task, queues] as const]));
}

/** Gives a task its place among the writers of each of its paths. */
function queueUp(
  task: number,
  queues: readonly Queue[],
  order: TopologicalOrder,
  added: Added,
): void {
  // Either way of looking gives an order that works, but a mixture of both for one task may not.
  const isExact = order.looks < MOST_LOOKS;
  const isBehind = (other: number): boolean =>
    isExact ? order.waitsFor(other, task) : order.place(other) > order.place(task);
  const link = (later: number, earlier: number): void => {
    if (order.needs(later, earlier)) return;
    if (order.looks < MOST_LOOKS && order.waitsFor(later, earlier)) return;
    order.connect(later, earlier);
    const known = added.get(later);
    if (known === undefined) added.set(later, [earlier]);
    else known.push(earlier);
  };
  const before: number[] = [];
  for (const { existing, fresh } of queues) {
    const at = placeIn(fresh, isBehind);
    const [previous, next] = [fresh[at - 1], fresh[at]];
    if (previous !== undefined) before.push(previous);
    else for (const writer of existing) before.push(writer);
    if (next !== undefined) link(next, task);
    fresh.splice(at, 0, task);
  }
  // Who waits for the last of them often waits for the others by it.
  if (before.length > 1) before.sort((a, b) => order.place(b) - order.place(a));
  for (const other of before) link(task, other);
}

/** Where those begin that have to wait: all behind the first of them do too. */
function placeIn(queue: readonly number[], isBehind: (other: number) => boolean): number {
  let low = 0;
  let high = queue.length;
  const last = queue[high - 1];
  if (last === undefined || !isBehind(last)) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBehind(queue[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
