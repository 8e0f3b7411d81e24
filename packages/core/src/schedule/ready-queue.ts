import { Heap } from '../internal/heap.ts';
import type { Priority } from '../spec/task.ts';

/** A task whose needs are verified, waiting for a model. */
export interface ReadyTask {
  readonly run: string;
  readonly task: string;
  /** Tasks of one group can be done by the same models. */
  readonly group: string;
  readonly priority: Priority;
  /** Length of the longest chain of tasks behind it; the longer the sooner. */
  readonly rank: number;
  /** Order of becoming ready. */
  readonly order: number;
  /** Epoch ms before which it must not start (a retry's delay). */
  readonly notBefore: number;
}

const WEIGHT: Readonly<Record<Priority, number>> = { critical: 3, high: 2, medium: 1, low: 0 };

/** Whether `a` comes before `b`: by priority, then the critical path, then the order of becoming ready. */
export function comesBefore(a: ReadyTask, b: ReadyTask): boolean {
  const byPriority = WEIGHT[a.priority] - WEIGHT[b.priority];
  if (byPriority !== 0) return byPriority > 0;
  if (a.rank !== b.rank) return a.rank > b.rank;
  return a.order < b.order;
}

/**
 * Tasks that are ready, in groups: a group whose models are all taken never holds up another group. One turn looks at
 * no more tasks than it starts, plus one a group.
 */
export class ReadyQueue {
  readonly #groups = new Map<string, Heap<ReadyTask>>();
  readonly #later = new Heap<ReadyTask>((a, b) => a.notBefore < b.notBefore);
  #size = 0;

  /** Tasks that wait, those of the future included. */
  get size(): number {
    return this.#size;
  }

  add(task: ReadyTask, nowMs: number): void {
    this.#size += 1;
    if (task.notBefore > nowMs) this.#later.push(task);
    else this.#group(task.group).push(task);
  }

  /**
   * Offers tasks, the first of all groups first, until every group is stuck or empty. `start` says what became of a
   * task: `started` and `dropped` take it out, `blocked` leaves it and its group for this turn, and so does a throw. It
   * may add tasks; those of groups that are not stuck are offered in this turn too.
   * Returns when the next task of the future is due, if there is one.
   */
  offer(
    nowMs: number,
    start: (task: ReadyTask) => 'started' | 'blocked' | 'dropped',
  ): number | undefined {
    this.#bringIn(nowMs);
    const stuck = new Set<Heap<ReadyTask>>();
    for (let group = this.#first(stuck); group !== undefined; group = this.#first(stuck)) {
      if (this.#offerFirst(group, start) === 'blocked') stuck.add(group);
    }
    this.#forgetEmpty();
    return this.#later.peek()?.notBefore;
  }

  /** Takes the task out before it is offered, because `start` may put others before it. */
  #offerFirst(
    group: Heap<ReadyTask>,
    start: (task: ReadyTask) => 'started' | 'blocked' | 'dropped',
  ): 'started' | 'blocked' | 'dropped' {
    const task = group.pop();
    if (task === undefined) return 'dropped';
    let outcome: 'started' | 'blocked' | 'dropped' = 'blocked';
    try {
      outcome = start(task);
      return outcome;
    } finally {
      if (outcome === 'blocked') group.push(task);
      else this.#size -= 1;
    }
  }

  #group(name: string): Heap<ReadyTask> {
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = new Heap(comesBefore);
      this.#groups.set(name, group);
    }
    return group;
  }

  #bringIn(nowMs: number): void {
    for (
      let next = this.#later.peek();
      next !== undefined && next.notBefore <= nowMs;
      next = this.#later.peek()
    ) {
      this.#later.pop();
      this.#group(next.group).push(next);
    }
  }

  #forgetEmpty(): void {
    for (const [name, group] of this.#groups) if (group.size === 0) this.#groups.delete(name);
  }

  /** The group whose first task comes before all others. */
  #first(stuck: ReadonlySet<Heap<ReadyTask>>): Heap<ReadyTask> | undefined {
    let first: Heap<ReadyTask> | undefined;
    let best: ReadyTask | undefined;
    for (const group of this.#groups.values()) {
      const task = group.peek();
      if (task === undefined || stuck.has(group)) continue;
      if (best === undefined || comesBefore(task, best)) {
        first = group;
        best = task;
      }
    }
    return first;
  }
}
