import type { TaskState } from '../journal/run-state.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { newTrace, type TaskTrace, takeEvent } from './task-trace.ts';

/**
 * What unfinished tasks went through: a fold of their events. What is kept of a task is bounded, and goes with its state.
 */
export class TaskTraces {
  readonly #traces = new WeakMap<TaskState, TaskTrace>();

  /** Makes one event true, of the task that it is about. */
  take(event: OverseerEvent, task: TaskState | undefined): void {
    if (task === undefined) return;
    const known = this.#traces.get(task);
    if (known !== undefined) takeEvent(known, event);
    else if (event.type === 'task.assigned' || event.type === 'task.waiting') {
      this.#traces.set(task, newTrace(event));
    }
  }

  /** What a task went through; `undefined` for one that nobody has begun and that was not told to wait. */
  of(task: TaskState): TaskTrace | undefined {
    return this.#traces.get(task);
  }
}
