import type { RunState, TaskState } from '../journal/run-state.ts';

/** Tasks that are ready and wait for no model, each once, in the order of becoming so. */
export class FreeTasks {
  /** With the run of each. */
  readonly #tasks = new Map<TaskState, RunState>();

  get size(): number {
    return this.#tasks.size;
  }

  /** Adds a task, unless it is there. */
  add(run: RunState, task: TaskState): void {
    if (!this.#tasks.has(task)) this.#tasks.set(task, run);
  }

  /** Offers every task once, those included that are added meanwhile, and keeps those of which `start` gives `false`. */
  offer(start: (run: RunState, task: TaskState) => boolean): void {
    const kept: (readonly [RunState, TaskState])[] = [];
    for (const [task, run] of this.#tasks) {
      this.#tasks.delete(task);
      if (!start(run, task)) kept.push([run, task]);
    }
    for (const [run, task] of kept) this.add(run, task);
  }
}
