import type { Check, PlanTask } from '../spec/task.ts';

/** Checks that look at the project and not at an answer, so that they can be made on the whole as well. */
const OF_PROJECT: readonly string[] = ['tsc', 'command'];

/**
 * What everything that was planned for a goal must pass in the end, where the host says nothing else: the checks of
 * each task that look at the project, or, where every task answers in text, the overseer model's judgement.
 */
export function finalChecks(
  goal: string,
  always: readonly Check[],
  hasFiles: boolean,
): readonly Check[] {
  if (!hasFiles) return [{ kind: 'goal', value: goal }];
  return always.filter(({ kind }) => OF_PROJECT.includes(kind));
}

/**
 * The task that makes these checks once all of `tasks` are done, under a key that is not `taken`; none where there are no
 * checks. Pure.
 */
export function finalTask(
  tasks: readonly Pick<PlanTask, 'key' | 'needs'>[],
  checks: readonly Check[],
  taken: ReadonlySet<string>,
): readonly Omit<PlanTask, 'ensemble'>[] {
  if (checks.length === 0 || tasks.length === 0) return [];
  const needed = new Set(tasks.flatMap(({ needs }) => needs));
  return [
    {
      key: freeKey(taken),
      title: 'Verify the whole',
      instruction: 'Check everything together.',
      kind: 'check',
      needs: tasks.flatMap(({ key }) => (needed.has(key) ? [] : [key])),
      files: [],
      priority: 'medium',
      checks,
    },
  ];
}

function freeKey(taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const key = count === 1 ? 'verify-all' : `verify-all-${count}`;
    if (!taken.has(key)) return key;
  }
}
