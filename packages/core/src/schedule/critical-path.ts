import type { Sliced } from '../internal/slices.ts';
import { sortByNeeds } from '../plan/sort-by-needs.ts';
import { countBehind, type NeedsInOrder } from './tasks-behind.ts';

/** A piece of work that is still to be done. */
export interface RemainingTask {
  readonly key: string;
  /** Keys of the tasks before it; those that are not among the remaining are taken for done. */
  readonly needs: readonly string[];
  /** How much longer it takes once it may start, in ms or in any other unit: 0 or more. */
  readonly lasts: number;
}

/** When a task can be, counted from now, if nothing but what it needs keeps it waiting. In the unit of `lasts`. */
export interface TaskFloat {
  readonly earliestStart: number;
  readonly earliestEnd: number;
  /** The latest end with which the last of all ends no later than it must. */
  readonly latestEnd: number;
  /** How much later it may end without making the whole later; 0 on the critical path. */
  readonly slack: number;
  /** How many tasks wait for it, directly or not. */
  readonly behind: number;
}

/** The longest chain of what is left, and what every task has to spare beside it. */
export interface CriticalPath {
  /** The tasks on it, first to last; of several that are as long, the one whose tasks come first. */
  readonly tasks: readonly string[];
  /** The sum of what they take: nothing ends sooner, however much runs at once. */
  readonly lasts: number;
  readonly floats: ReadonlyMap<string, TaskFloat>;
}

/**
 * The critical path of the tasks that are left, by the critical path method (Kelley and Walker 1959): once forwards for
 * the earliest ends, once backwards for the latest. Tasks must have no cycles, as plans have none. It may be left while
 * it counts what is behind. Pure; time goes with tasks and needs, and for `behind` with tasks times tasks / 64 at worst.
 */
export function* criticalPath(tasks: readonly RemainingTask[]): Sliced<CriticalPath> {
  const graph = indexed(tasks);
  const ends = forwards(tasks, graph);
  const lasts = ends.reduce((most, end) => Math.max(most, end), 0);
  const latest = backwards(tasks, graph, lasts);
  const behind = yield* countBehind(graph);
  const floats = new Map(
    tasks.map(({ key, lasts: own }, at): readonly [string, TaskFloat] => {
      const earliestEnd = ends[at] ?? 0;
      const latestEnd = latest[at] ?? 0;
      // Sums in another order may differ in their last digit.
      const slack = Math.max(0, latestEnd - earliestEnd);
      const earliestStart = earliestEnd - own;
      return [
        key,
        { earliestStart, earliestEnd, latestEnd, slack, behind: behind[at] ?? 0 },
      ] as const;
    }),
  );
  return { tasks: chainTo(tasks, graph, ends, lasts), lasts, floats };
}

function indexed(tasks: readonly RemainingTask[]): NeedsInOrder {
  const places = new Map(tasks.map(({ key }, at) => [key, at]));
  const needs = tasks.map((task) =>
    [...new Set(task.needs)].flatMap((key) => places.get(key) ?? []),
  );
  const dependants = tasks.map((): number[] => []);
  for (const [at, mine] of needs.entries()) for (const need of mine) dependants[need]?.push(at);
  return { needs, dependants, order: sortByNeeds(needs).order };
}

function forwards(
  tasks: readonly RemainingTask[],
  { needs, order }: NeedsInOrder,
): readonly number[] {
  const ends = tasks.map(() => 0);
  for (const at of order) {
    let start = 0;
    for (const need of needs[at] ?? []) start = Math.max(start, ends[need] ?? 0);
    ends[at] = start + (tasks[at]?.lasts ?? 0);
  }
  return ends;
}

function backwards(
  tasks: readonly RemainingTask[],
  { dependants, order }: NeedsInOrder,
  lasts: number,
): readonly number[] {
  const latest = tasks.map(() => lasts);
  for (let place = order.length - 1; place >= 0; place--) {
    const at = order[place] ?? 0;
    for (const next of dependants[at] ?? []) {
      const startsBy = (latest[next] ?? lasts) - (tasks[next]?.lasts ?? 0);
      latest[at] = Math.min(latest[at] ?? lasts, startsBy);
    }
  }
  return latest;
}

/** From the task that ends last back over the need that ends last. */
function chainTo(
  tasks: readonly RemainingTask[],
  { needs }: NeedsInOrder,
  ends: readonly number[],
  lasts: number,
): readonly string[] {
  const chain: string[] = [];
  let at: number | undefined = ends.indexOf(lasts);
  while (at !== undefined && at >= 0) {
    chain.push(tasks[at]?.key ?? '');
    at = lastOf(needs[at] ?? [], ends);
  }
  return chain.reverse();
}

function lastOf(needs: readonly number[], ends: readonly number[]): number | undefined {
  let last: number | undefined;
  for (const need of needs) {
    if (last === undefined || (ends[need] ?? 0) > (ends[last] ?? 0)) last = need;
  }
  return last;
}
