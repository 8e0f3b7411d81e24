import type { AttemptPlace } from '../attempt/attempt-host.ts';
import type { TaskKind } from '../spec/task.ts';

/**
 * The kinds of the tasks that are worked on: one for each attempt that is under way. Attempts of runs that are
 * suspended do not count, nor do those that wait for an answer, which may be another task's to give.
 */
export function workingKinds(attempts: readonly AttemptPlace[]): readonly TaskKind[] {
  return attempts.flatMap(({ run, task, attempt }) => {
    if (run.status !== 'running') return [];
    for (const { reply } of attempt.questions?.values() ?? []) if (reply === undefined) return [];
    return [task.task.kind];
  });
}
