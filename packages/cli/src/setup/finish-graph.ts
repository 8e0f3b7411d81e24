import type { Check, TaskGraph } from '@overseer/core/spec';

/** The key of the task that checks the whole. */
const WHOLE = 'verify-all';

/** Adds a last task that makes the given checks on everything together, once every other task is verified. */
export function withFinalCheck(graph: TaskGraph, checks: readonly Check[]): TaskGraph {
  if (checks.length === 0) return graph;
  return {
    ...graph,
    tasks: [
      ...graph.tasks,
      {
        key: WHOLE,
        title: 'Verify the whole',
        instruction: 'Check everything together.',
        kind: 'check',
        needs: graph.tasks.flatMap(({ key }) => key ?? []),
        checks,
      },
    ],
  };
}
