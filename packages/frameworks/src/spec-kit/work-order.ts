import type { DocumentTask } from './task-document.ts';

/**
 * Tasks in the order of the document, but each after those that it states it depends on, and a parent after its
 * children. A task that must wait is put off to the place where the last of them ends. Dependencies that a task states
 * come first: where the nesting contradicts them, it is left aside.
 */
export function workOrder(tasks: readonly DocumentTask[]): readonly DocumentTask[] {
  const nested = arrange(tasks, edgesOf(tasks, true));
  return nested.length === tasks.length ? nested : arrange(tasks, edgesOf(tasks, false));
}

/** For each task, by its place in the document, the places of those that wait for it, and how many it waits for. */
interface Edges {
  readonly next: readonly number[][];
  readonly waits: number[];
}

function edgesOf(tasks: readonly DocumentTask[], withParents: boolean): Edges {
  const place = new Map(tasks.map(({ uid }, i) => [uid, i]));
  const next = tasks.map((): number[] => []);
  const waits = tasks.map(() => 0);
  const add = (from: number | undefined, to: number | undefined) => {
    if (from === undefined || to === undefined) return;
    next[from]?.push(to);
    waits[to] = (waits[to] ?? 0) + 1;
  };
  for (const [i, task] of tasks.entries()) {
    for (const { on } of task.needs) add(place.get(on), i);
    if (withParents && task.parent !== undefined) add(i, place.get(task.parent));
  }
  return { next, waits };
}

/** All tasks, or fewer when some wait for each other. */
function arrange(tasks: readonly DocumentTask[], { next, waits }: Edges): readonly DocumentTask[] {
  const order: DocumentTask[] = [];
  for (const start of tasks.keys()) {
    const free = waits[start] === 0 ? [start] : [];
    for (let i = free.pop(); i !== undefined; i = free.pop()) {
      waits[i] = -1;
      const task = tasks[i];
      if (task !== undefined) order.push(task);
      release(next[i] ?? [], waits, start, free);
    }
  }
  return order;
}

/** Frees what waited for a task and stands before `start`; what stands behind is met later. */
function release(waiting: readonly number[], waits: number[], start: number, free: number[]): void {
  const before = free.length;
  for (const i of waiting) {
    const left = (waits[i] ?? 0) - 1;
    waits[i] = left;
    if (left === 0 && i < start) free.push(i);
  }
  if (free.length > before) free.sort((a, b) => b - a);
}
