import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import { TaskGraph } from '../plan/task-graph.ts';
import type { ReadyQueue } from '../schedule/ready-queue.ts';
import { groupOf, payerOf } from './give-away.ts';

/** The graphs of the runs that are worked on, and how their ready tasks get into the queue. */
export class RunGraphs {
  readonly #queue: ReadyQueue;
  readonly #graphs = new Map<string, TaskGraph>();
  #order = 0;

  constructor(queue: ReadyQueue) {
    this.#queue = queue;
  }

  /** Takes a run's tasks as they are now and queues those that are ready: at its start and when it is resumed. */
  load(run: RunState, nowMs: number): void {
    const graph = new TaskGraph([...run.tasks.values()].map(({ task }) => task));
    this.#graphs.set(run.id, graph);
    const ready = new Set(graph.ready());
    for (const [key, state] of run.tasks) {
      if (state.status !== 'done') continue;
      ready.delete(key);
      for (const next of graph.complete(key)) ready.add(next);
    }
    for (const key of ready) this.enqueue(run, key, nowMs);
  }

  /** Adds tasks that came while the run was going on. */
  add(run: RunState, tasks: readonly TaskState[], nowMs: number): void {
    const graph = this.#graphs.get(run.id);
    if (graph === undefined) {
      this.load(run, nowMs);
      return;
    }
    graph.add(tasks.map(({ task }) => task));
    for (const { task } of tasks) {
      const isReady = task.needs.every((key) => run.tasks.get(key)?.status === 'done');
      if (isReady) this.enqueue(run, task.key, nowMs);
    }
  }

  /** Queues what a finished task made ready. */
  complete(run: RunState, key: string, nowMs: number): void {
    for (const next of this.#graphs.get(run.id)?.complete(key) ?? [])
      this.enqueue(run, next, nowMs);
  }

  /** Every open task that waits for `key`, directly or not. */
  dependantsOf(run: RunState, key: string): readonly string[] {
    const all = this.#graphs.get(run.id)?.dependantsOf(key) ?? [];
    return all.filter((name) => {
      const task = run.tasks.get(name);
      return task !== undefined && !isFinal[task.status];
    });
  }

  /** Queues one open task. */
  enqueue(run: RunState, key: string, nowMs: number, notBefore = 0): void {
    const state = run.tasks.get(key);
    if (state === undefined || state.status !== 'open') return;
    const task = {
      run: run.id,
      task: key,
      group: groupOf(state, payerOf(run)),
      priority: state.task.priority,
      rank: this.#graphs.get(run.id)?.rank(key) ?? 0,
      order: ++this.#order,
      notBefore,
    };
    this.#queue.add(task, nowMs);
  }

  /** Whether a run is worked on here. */
  has(run: string): boolean {
    return this.#graphs.has(run);
  }

  /** Lets go of a run. */
  forget(run: string): void {
    this.#graphs.delete(run);
  }
}
