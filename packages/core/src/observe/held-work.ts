import type { AttemptFold } from './attempt-fold.ts';
import type { ReadyWaits } from './ready-waits.ts';
import type { RunRecord, TaskRecord } from './run-record.ts';

/** Whether tasks may be worked on or are held: by a pause of the project, of their run or of their own. */
export class HeldWork {
  /** Whether the project is paused. */
  isPaused = false;
  readonly #waits: ReadyWaits;
  readonly #attempts: AttemptFold;

  constructor(waits: ReadyWaits, attempts: AttemptFold) {
    this.#waits = waits;
    this.#attempts = attempts;
  }

  /** Has a task wait from now on, if it is ready. */
  wait(run: RunRecord, task: TaskRecord, at: number): void {
    if (this.#isHeld(run, task) || task.status !== 'open' || task.missing > 0) return;
    if (task.readyAt === undefined) this.#waits.begin(task, at);
  }

  /** Has a task wait and be worked on no more, from now on. */
  hold(run: RunRecord, task: TaskRecord, at: number): void {
    this.clock(run, task, at);
    this.#waits.end(run, task, at);
  }

  /** Has a task go on from now on, if nothing else holds it. */
  letGoOn(run: RunRecord, task: TaskRecord, at: number): void {
    this.clock(run, task, at);
    this.wait(run, task, at);
  }

  /** Has the clock of an attempt stand as long as nothing of it may begin. */
  clock(run: RunRecord, task: TaskRecord, at: number): void {
    const isHeld = this.#isHeld(run, task) || task.asking.size > 0;
    this.#attempts.hold(run, task, isHeld, at);
  }

  #isHeld(run: RunRecord, task: TaskRecord): boolean {
    return run.status !== 'running' || this.isPaused || task.paused;
  }
}
