import { KeyedHeap, setPlace } from '../internal/keyed-heap.ts';
import { type OfferOutcome, ReadyQueue } from './ready-queue.ts';
import type { ReadyTask } from './ready-task.ts';
import { wasReadySooner } from './strand.ts';

/** A task that waits outside. */
interface Outsider {
  readonly task: ReadyTask;
  /** Among those that expire; -1 where it never does. */
  place: number;
}

/**
 * A ready queue with a bound: when it is full, further tasks wait outside, each run's in their order, and the runs take
 * turns at coming in. The first task of a flow and priority in a group always comes in, so that no flow is shut out by
 * another one's backlog, and no group by a blocked one. Nothing is lost. Knows no clock: times are epoch ms.
 */
export class TaskQueue {
  readonly #inside: ReadyQueue;
  readonly #limit: number;
  /** By run; the run whose turn it is comes first. */
  readonly #outside = new Map<string, Map<string, Outsider>>();
  readonly #expiring = new KeyedHeap<Outsider>(wasReadySooner, setPlace);
  #outsideSize = 0;

  /** `limit` is how many tasks are inside at once, but for the first of each flow and priority in each group. */
  constructor(limit: number = Number.POSITIVE_INFINITY, inside: ReadyQueue = new ReadyQueue()) {
    this.#limit = limit;
    this.#inside = inside;
  }

  /** Tasks that wait, inside and outside. */
  get size(): number {
    return this.#inside.size + this.#outsideSize;
  }

  /** Tasks that wait outside. */
  get outside(): number {
    return this.#outsideSize;
  }

  /** The tasks that wait, in no order. */
  *waiting(): Generator<ReadyTask> {
    yield* this.#inside.waiting();
    for (const tasks of this.#outside.values()) for (const { task } of tasks.values()) yield task;
  }

  /** Whether a task waits outside. */
  isOutside(run: string, task: string): boolean {
    return this.#outside.get(run)?.has(task) === true;
  }

  /** Adds a task, in place of one of the same run and key. */
  add(task: ReadyTask, nowMs: number): void {
    if (this.#outsideSize > 0) this.#removeOutside(task.run, task.task);
    if (this.#inside.size < this.#limit || this.#isIn(task) || this.#mayAlwaysEnter(task, nowMs)) {
      this.#inside.add(task, nowMs);
      return;
    }
    const outsider = { task, place: -1 };
    let tasks = this.#outside.get(task.run);
    if (tasks === undefined) {
      tasks = new Map();
      this.#outside.set(task.run, tasks);
    }
    tasks.set(task.task, outsider);
    this.#outsideSize += 1;
    if (task.expiresAt < Number.POSITIVE_INFINITY) this.#expiring.push(outsider, task.expiresAt);
  }

  /** The task of that run and key, if it waits here. */
  get(run: string, task: string): ReadyTask | undefined {
    return this.#inside.get(run, task) ?? this.#outside.get(run)?.get(task)?.task;
  }

  /** Takes a task out, wherever it stands; gives it, or `undefined` when it does not wait here. */
  remove(run: string, task: string, nowMs: number): ReadyTask | undefined {
    return this.#removeOutside(run, task) ?? this.#inside.remove(run, task, nowMs);
  }

  /** Takes all tasks of a run out. */
  removeRun(run: string, nowMs: number): void {
    for (const task of [...(this.#outside.get(run)?.keys() ?? [])]) this.#removeOutside(run, task);
    this.#inside.removeRun(run, nowMs);
  }

  /** Changes what a waiting task is ordered by. `false` when it does not wait here. */
  reprioritise(
    run: string,
    task: string,
    change: Partial<Omit<ReadyTask, 'run' | 'task'>>,
    nowMs: number,
  ): boolean {
    const before = this.remove(run, task, nowMs);
    if (before === undefined) return false;
    this.add({ ...before, ...change }, nowMs);
    return true;
  }

  /** Offers tasks as `ReadyQueue.offer` does, and lets others in where room comes free, which are offered too. */
  offer(
    nowMs: number,
    start: (task: ReadyTask) => OfferOutcome,
    expired: (task: ReadyTask) => void = () => undefined,
  ): number | undefined {
    this.#takeExpired(nowMs, expired);
    this.#letIn(nowMs);
    let wakeAt = this.#inside.offer(nowMs, start, expired);
    while (this.#letIn(nowMs)) wakeAt = this.#inside.offer(nowMs, start, expired);
    const expiresAt = this.#expiring.peek()?.task.expiresAt;
    if (expiresAt === undefined || wakeAt === undefined) return expiresAt ?? wakeAt;
    return Math.min(expiresAt, wakeAt);
  }

  /** The same queue again, to try out what would become of it. */
  copy(nowMs: number): TaskQueue {
    const queue = new TaskQueue(this.#limit, this.#inside.copy(nowMs));
    queue.#outsideSize = this.#outsideSize;
    for (const [run, tasks] of this.#outside) {
      const copies = new Map<string, Outsider>();
      queue.#outside.set(run, copies);
      for (const [key, { task }] of tasks) {
        const outsider = { task, place: -1 };
        copies.set(key, outsider);
        if (task.expiresAt < Number.POSITIVE_INFINITY) {
          queue.#expiring.push(outsider, task.expiresAt);
        }
      }
    }
    return queue;
  }

  /** Lets in what has room or may always enter; whether there was any. */
  #letIn(nowMs: number): boolean {
    if (this.#outsideSize === 0) return false;
    const before = this.#outsideSize;
    for (const run of [...this.#outside.keys()]) {
      const first = this.#firstOf(run);
      if (first !== undefined && this.#mayAlwaysEnter(first, nowMs)) this.#enter(first, nowMs);
    }
    while (this.#outsideSize > 0 && this.#inside.size < this.#limit) {
      const [run = ''] = this.#outside.keys();
      const first = this.#firstOf(run);
      if (first !== undefined) this.#enter(first, nowMs);
    }
    return this.#outsideSize < before;
  }

  /** A run that had its turn goes behind the others. */
  #enter(task: ReadyTask, nowMs: number): void {
    this.#removeOutside(task.run, task.task);
    const left = this.#outside.get(task.run);
    if (left !== undefined) {
      this.#outside.delete(task.run);
      this.#outside.set(task.run, left);
    }
    this.#inside.add(task, nowMs);
  }

  #firstOf(run: string): ReadyTask | undefined {
    for (const { task } of this.#outside.get(run)?.values() ?? []) return task;
    return undefined;
  }

  #isIn({ run, task }: ReadyTask): boolean {
    return this.#inside.get(run, task) !== undefined;
  }

  #mayAlwaysEnter(task: ReadyTask, nowMs: number): boolean {
    return task.express || (task.notBefore <= nowMs && this.#inside.isNewLane(task));
  }

  #removeOutside(run: string, task: string): ReadyTask | undefined {
    const tasks = this.#outside.get(run);
    const outsider = tasks?.get(task);
    if (outsider === undefined) return undefined;
    tasks?.delete(task);
    if (tasks?.size === 0) this.#outside.delete(run);
    this.#outsideSize -= 1;
    if (outsider.place >= 0) this.#expiring.remove(outsider.place);
    return outsider.task;
  }

  #takeExpired(nowMs: number, expired: (task: ReadyTask) => void): void {
    for (
      let first = this.#expiring.peek();
      first !== undefined && first.task.expiresAt <= nowMs;
      first = this.#expiring.peek()
    ) {
      this.#removeOutside(first.task.run, first.task.task);
      expired(first.task);
    }
  }
}
