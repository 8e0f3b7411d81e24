import type { PlanTask } from '../spec/task.ts';

/** A task with everything that it may leave out. */
export function planTask(
  key: string,
  needs: readonly string[],
  files: readonly string[] = [],
): PlanTask {
  return {
    key,
    title: `Task ${key}`,
    instruction: `Do ${key}.`,
    kind: 'code',
    needs,
    files,
    priority: 'medium',
    checks: [],
  };
}

/** Numbers that `drawTasks` makes a task of. */
const DRAWN = 5;
const FILES = ['a.ts', 'b.ts', 'c.ts'];

/**
 * Tasks `k0`, `k1`, … in an order of chance, each of which needs up to three of lower number: graphs without a cycle.
 * They write some of three files.
 */
export function drawTasks(numbers: readonly number[]): readonly PlanTask[] {
  const drawn = Array.from({ length: Math.floor(numbers.length / DRAWN) }, (_, at) => {
    const [place = 0, files = 0, ...needs] = numbers.slice(at * DRAWN, (at + 1) * DRAWN);
    const keys = needs.flatMap((need) => (need % (at + 1) < at ? [`k${need % (at + 1)}`] : []));
    const written = FILES.filter((_file, bit) => ((files >> bit) & 1) === 1);
    return { place, task: planTask(`k${at}`, [...new Set(keys)], written) };
  });
  return drawn.sort((a, b) => a.place - b.place).map(({ task }) => task);
}

/** The same tasks in the order of their numbers: each comes after all that it needs. */
export function inOrder(tasks: readonly PlanTask[]): readonly PlanTask[] {
  return [...tasks].sort((a, b) => Number(a.key.slice(1)) - Number(b.key.slice(1)));
}

/** All that each task needs, directly or through others. */
export function everythingNeeded(
  tasks: readonly PlanTask[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const needsOf = new Map(tasks.map(({ key, needs }) => [key, needs]));
  return new Map(
    tasks.map(({ key, needs }) => {
      const all = new Set(needs);
      for (const need of all) for (const next of needsOf.get(need) ?? []) all.add(next);
      return [key, all];
    }),
  );
}

/** Whether no task needs itself, directly or through others. */
export function isAcyclic(tasks: readonly PlanTask[]): boolean {
  return [...everythingNeeded(tasks)].every(([key, needed]) => !needed.has(key));
}
