import type { RunState, TaskState } from '../journal/run-state.ts';

/** Tasks that are ready and wait for no model, each once, in the order of becoming so, until somebody looks at them. */
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

  /** Gives every task away once, those included that are added meanwhile. */
  offer(start: (run: RunState, task: TaskState) => void): void {
    for (const [task, run] of this.#tasks) {
      this.#tasks.delete(task);
      start(run, task);
    }
  }
}
