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
   * task: `started` and `dropped` take it out, `blocked` leaves it and its group for this turn.
   * Returns when the next task of the future is due, if there is one.
   */
  offer(
    nowMs: number,
    start: (task: ReadyTask) => 'started' | 'blocked' | 'dropped',
  ): number | undefined {
    this.#bringIn(nowMs);
    const open = new Set(this.#groups.values());
    while (true) {
      const group = firstOf(open);
      const task = group?.peek();
      if (group === undefined || task === undefined) break;
      if (start(task) === 'blocked') {
        open.delete(group);
      } else {
        group.pop();
        this.#size -= 1;
      }
    }
    this.#forgetEmpty();
    return this.#later.peek()?.notBefore;
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
    for (let next = this.#later.peek(); next !== undefined && next.notBefore <= nowMs; next = this.#later.peek()) {
      this.#later.pop();
      this.#group(next.group).push(next);
    }
  }

  #forgetEmpty(): void {
    for (const [name, group] of this.#groups) if (group.size === 0) this.#groups.delete(name);
  }
}

function firstOf(groups: ReadonlySet<Heap<ReadyTask>>): Heap<ReadyTask> | undefined {
  let first: Heap<ReadyTask> | undefined;
  let best: ReadyTask | undefined;
  for (const group of groups) {
    const task = group.peek();
    if (task === undefined) continue;
    if (best === undefined || comesBefore(task, best)) {
      first = group;
      best = task;
    }
  }
  return first;
}
