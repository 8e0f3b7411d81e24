import { finalTask } from '@overseer/core';
import type { Check, TaskGraph } from '@overseer/core/spec';

/** Adds a last task that makes the given checks on everything together, once every other task is verified. */
export function withFinalCheck(graph: TaskGraph, checks: readonly Check[]): TaskGraph {
  const tasks = graph.tasks.flatMap(({ key, needs = [] }) =>
    key === undefined ? [] : [{ key, needs }],
  );
  const last = finalTask(tasks, checks, new Set(tasks.map(({ key }) => key)));
  return last.length === 0 ? graph : { ...graph, tasks: [...graph.tasks, ...last] };
}
