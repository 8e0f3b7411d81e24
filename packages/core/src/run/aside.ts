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
  #kept: Kept[] = [];

  /** The tasks that are kept back. */
  get tasks(): readonly ReadyTask[] {
    return this.#kept.map(({ ready }) => ready);
  }

  /** Keeps a task back. */
  put(ready: ReadyTask, claim: Claim, model: string): void {
    this.#kept.push({ ready, claim, model });
  }

  /**
   * Queues the first that budgets keep back no longer, whether it may start or never can, and says whether there is one:
   * one at a time, because each that starts leaves less for the others. Looking costs no prompt.
   */
  readmit({ budgets, runs }: Projection, queue: TaskQueue, nowMs: number): boolean {
    if (this.#kept.length === 0) return false;
    this.#kept = this.#kept.filter(({ ready }) => runs.get(ready.run)?.status === 'running');
    const at = this.#kept.findIndex(
      ({ ready, claim, model }) =>
        budgets.admit(ready.run, ready.task, claim, model).kind !== 'wait',
    );
    const [kept] = at < 0 ? [] : this.#kept.splice(at, 1);
    if (kept !== undefined) queue.add(kept.ready, nowMs);
    return kept !== undefined;
  }
}
