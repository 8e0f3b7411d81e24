import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import { TaskGraph } from '../plan/task-graph.ts';
import { payerOf } from './call-claim.ts';
import type { FreeTasks } from './free-tasks.ts';
import { whyNoModel } from './no-model.ts';
import type { Scheduling } from './scheduling.ts';
import type { Settings } from './settings.ts';
import { hasItsNeeds } from './settled.ts';
import { groupOf } from './task-group.ts';

/** The graphs of the runs that are worked on, and how their ready tasks get into the queue. */
export class RunGraphs {
  readonly #scheduling: Scheduling;
  readonly #free: FreeTasks;
  readonly #graphs = new Map<string, TaskGraph>();
  readonly #settings: Pick<Settings, 'clock' | 'shared'>;
  #order = 0;

  /** `free` is given the tasks that wait for no model: whoever takes them out starts them. */
  constructor(
    scheduling: Scheduling,
    free: FreeTasks,
    settings: Pick<Settings, 'clock' | 'shared'>,
  ) {
    this.#settings = settings;
    this.#scheduling = scheduling;
    this.#free = free;
  }

  /** Takes a run's tasks as they are now and queues those that are ready: at its start and when it is resumed. */
  load(run: RunState): void {
    const graph = graphOf(run);
    this.#graphs.set(run.id, graph);
    const ready = new Set(graph.ready());
    for (const state of run.tasks.values()) {
      const { key } = state.task;
      if (state.status === 'done') {
        ready.delete(key);
        for (const next of graph.complete(key)) ready.add(next);
      }
      // Members that failed are not done, and yet their ensemble can end.
      if (state.task.ensemble !== undefined && hasItsNeeds(run, state)) ready.add(key);
    }
    const nowMs = this.#settings.clock.now();
    for (const key of ready) this.enqueue(run, key, nowMs);
  }

  /** Adds tasks that came while the run was going on. */
  add(run: RunState, tasks: readonly TaskState[]): void {
    const graph = this.#graphs.get(run.id);
    if (graph === undefined) {
      this.load(run);
      return;
    }
    graph.add(tasks.map(({ task }) => task));
    for (const { task } of tasks) this.enqueueIfReady(run, task.key);
  }

  /** Queues one open task of a run that is worked on here, unless it waits for another. */
  enqueueIfReady(run: RunState, key: string): void {
    const state = run.tasks.get(key);
    const isReady = state !== undefined && hasItsNeeds(run, state);
    if (isReady && this.#graphs.has(run.id)) this.enqueue(run, key);
  }

  /** Queues what a finished task made ready. */
  complete(run: RunState, { task: { key, memberOf } }: TaskState): void {
    const next = this.#graphs.get(run.id)?.complete(key) ?? [];
    for (const ready of next) this.enqueue(run, ready);
    if (memberOf !== undefined && !next.includes(memberOf)) {
      this.enqueueIfReady(run, memberOf);
    }
  }

  /** Every task that needs `key`, directly or not, whatever became of it. */
  allDependantsOf(run: RunState, key: string): readonly string[] {
    return (this.#graphs.get(run.id) ?? graphOf(run)).dependantsOf(key);
  }

  /** Every open task that waits for `key`, directly or not. */
  dependantsOf(run: RunState, key: string): readonly string[] {
    return this.allDependantsOf(run, key).filter((name) => {
      const task = run.tasks.get(name);
      return task !== undefined && !isFinal[task.status];
    });
  }

  /** Queues one open task, as of now where `nowMs` is left out. */
  enqueue(run: RunState, key: string, nowMs?: number): void {
    const state = run.tasks.get(key);
    if (state?.status !== 'open' || state.mending !== undefined) return;
    if (whyNoModel(run, state) !== undefined) {
      this.#free.add(run, state);
      return;
    }
    const { clock, shared } = this.#settings;
    const readyAt = nowMs ?? clock.now();
    const task = {
      run: run.id,
      task: key,
      group: groupOf(state, shared.hasPayers ? payerOf(run) : undefined),
      flow: run.flow,
      weight: run.weight,
      priority: state.priority,
      rank: this.rank(run.id, key),
      order: ++this.#order,
      readyAt,
      notBefore: 0,
      ...this.#scheduling.timesOf(state, readyAt),
      express: state.expedited,
    };
    this.#scheduling.aside.remove(run.id, key);
    this.#scheduling.preparing.take(run.id, key);
    this.#scheduling.queue.add(task, readyAt);
  }

  /** The longest chain of tasks behind any task of a run that is not verified. */
  longest(run: string): number {
    return this.#graphs.get(run)?.longest() ?? 0;
  }

  /** Tasks in the longest chain that waits for one; 0 where its run is not worked on here. */
  rank(run: string, key: string): number {
    return this.#graphs.get(run)?.rank(key) ?? 0;
  }

  /** Takes a task that is over out of the line at its tool. */
  leaveLine(run: string, key: string): void {
    this.#scheduling.held.remove(run, key);
  }

  /** Whether a run is worked on here. */
  has(run: string): boolean {
    return this.#graphs.has(run);
  }

  /** Lets go of a run. */
  forget(run: string): void {
    this.#graphs.delete(run);
    this.#scheduling.queue.removeRun(run, this.#settings.clock.now());
    this.#scheduling.held.removeRun(run);
    this.#scheduling.preparing.removeRun(run);
  }
}

function graphOf(run: RunState): TaskGraph {
  return new TaskGraph([...run.tasks.values()].map(({ task }) => task));
}
