import type { Claim } from '../limit/model-limits.ts';
import type { ReadyTask } from '../schedule/ready-task.ts';
import type { TaskQueue } from '../schedule/task-queue.ts';
import type { Projection } from './projection.ts';

interface Kept {
  readonly ready: ReadyTask;
  /** What its call would use, as it was when the budget had no room for it. */
  readonly claim: Claim;
  readonly model: string;
}

/** Tasks that only a budget keeps back, until calls under way use less than they hold. */
export class Aside {
  readonly #kept = new Map<string, Kept>();

  /** How many tasks are kept back. */
  get size(): number {
    return this.#kept.size;
  }

  /** The tasks that are kept back. */
  get tasks(): readonly ReadyTask[] {
    return [...this.#kept.values()].map(({ ready }) => ready);
  }

  /** Keeps a task back, in place of the same one from before. */
  put(ready: ReadyTask, claim: Claim, model: string): void {
    this.remove(ready.run, ready.task);
    this.#kept.set(nameOf(ready.run, ready.task), { ready, claim, model });
  }

  /** Changes what a task is ordered by once it is queued again, if it is kept back. */
  change(run: string, task: string, change: Partial<Omit<ReadyTask, 'run' | 'task'>>): void {
    const name = nameOf(run, task);
    const kept = this.#kept.get(name);
    if (kept !== undefined) this.#kept.set(name, { ...kept, ready: { ...kept.ready, ...change } });
  }

  /** Lets go of a task, if it is kept back. */
  remove(run: string, task: string): void {
    this.#kept.delete(nameOf(run, task));
  }

  /**
   * Queues the first that budgets keep back no longer, whether it may start or never can, and says whether there is one:
   * one at a time, because each that starts leaves less for the others. Looking costs no prompt.
   */
  readmit({ budgets, runs }: Projection, queue: TaskQueue, nowMs: number): boolean {
    for (const [name, { ready, claim, model }] of this.#kept) {
      const isOver = runs.get(ready.run)?.status !== 'running';
      const mayWait = !isOver && budgets.admit(ready.run, ready.task, claim, model).kind === 'wait';
      if (mayWait) continue;
      this.#kept.delete(name);
      if (isOver) continue;
      queue.add(ready, nowMs);
      return true;
    }
    return false;
  }
}

function nameOf(run: string, task: string): string {
  return `${run} ${task}`;
}
