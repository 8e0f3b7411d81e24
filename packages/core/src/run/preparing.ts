import type { ReadyTask } from '../schedule/ready-task.ts';

/** A task before whose start something is found out. */
export interface PreparedTask {
  readonly ready: ReadyTask;
  /** What that is, in words. */
  readonly because: string;
}

/** Tasks before whose start something is found out that decides on it: for that moment they stand in no queue, and wait all the same. */
export class Preparing {
  readonly #kept = new Map<string, PreparedTask>();

  /** The tasks that are kept. */
  get tasks(): readonly PreparedTask[] {
    return [...this.#kept.values()];
  }

  /** Keeps a task, in place of the same one from before. */
  put(ready: ReadyTask, because: string): void {
    this.#kept.set(nameOf(ready.run, ready.task), { ready, because });
  }

  /** Changes what a task is ordered by once it is queued again, if it is kept. */
  change(run: string, task: string, change: Partial<Omit<ReadyTask, 'run' | 'task'>>): void {
    const name = nameOf(run, task);
    const kept = this.#kept.get(name);
    if (kept !== undefined) this.#kept.set(name, { ...kept, ready: { ...kept.ready, ...change } });
  }

  /** Lets go of a task and gives it; `undefined` where it is not kept. */
  take(run: string, task: string): ReadyTask | undefined {
    const name = nameOf(run, task);
    const kept = this.#kept.get(name);
    this.#kept.delete(name);
    return kept?.ready;
  }

  /** Lets go of all tasks of a run. */
  removeRun(run: string): void {
    for (const [name, { ready }] of this.#kept) if (ready.run === run) this.#kept.delete(name);
  }
}

function nameOf(run: string, task: string): string {
  return `${run} ${task}`;
}
