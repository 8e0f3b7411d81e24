import { posix } from 'node:path';
import { Heap } from '../internal/heap.ts';
import type { PlanTask } from '../spec/task.ts';

/**
 * Adds needs between tasks that share a file, so that no two running tasks write one: all writers of a file are put in
 * one order, that of the topological order nearest to the given one. Adds no cycle, because every added need points
 * backwards in that order. O(n log n).
 */
export function keepFilesApart(tasks: readonly PlanTask[]): readonly PlanTask[] {
  const writers = writersByFile(tasks);
  if (writers.length === 0) return tasks;
  const place = topologicalPlaces(tasks);
  const added = new Map<number, Set<string>>();
  for (const list of writers) {
    const inOrder = [...list].sort((a, b) => (place[a] ?? 0) - (place[b] ?? 0));
    for (const [at, later] of inOrder.entries()) {
      const earlier = tasks[inOrder[at - 1] ?? -1];
      if (earlier === undefined) continue;
      const needs = added.get(later) ?? new Set<string>();
      added.set(later, needs.add(earlier.key));
    }
  }
  return tasks.map((task, at) => {
    const more = added.get(at);
    return more === undefined ? task : { ...task, needs: [...new Set([...task.needs, ...more])] };
  });
}

/** For every file that more than one task writes: the positions of these tasks. */
function writersByFile(tasks: readonly PlanTask[]): readonly (readonly number[])[] {
  const writers = new Map<string, number[]>();
  for (const [at, { files }] of tasks.entries()) {
    for (const file of new Set(files.map(posix.normalize))) {
      const known = writers.get(file);
      if (known === undefined) writers.set(file, [at]);
      else known.push(at);
    }
  }
  return [...writers.values()].filter((list) => list.length > 1);
}

/** Where each task stands in the topological order that keeps closest to the given one (Kahn, smallest position first). */
function topologicalPlaces(tasks: readonly PlanTask[]): readonly number[] {
  const positions = new Map(tasks.map(({ key }, at) => [key, at]));
  const dependants = tasks.map((): number[] => []);
  const missing = tasks.map(({ needs }, at) => {
    const mine = needs.flatMap((need) => positions.get(need) ?? []);
    for (const need of mine) dependants[need]?.push(at);
    return mine.length;
  });
  const ready = new Heap<number>((a, b) => a < b);
  for (const [at, count] of missing.entries()) if (count === 0) ready.push(at);
  const places: number[] = tasks.map(() => 0);
  let next = 0;
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    places[at] = next++;
    for (const dependant of dependants[at] ?? []) {
      const left = (missing[dependant] ?? 0) - 1;
      missing[dependant] = left;
      if (left === 0) ready.push(dependant);
    }
  }
  return places;
}
