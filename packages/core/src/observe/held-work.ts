import type { AttemptFold } from './attempt-fold.ts';
import type { ReadyWaits } from './ready-waits.ts';
import type { RunRecord, TaskRecord } from './run-record.ts';

/** Whether tasks may be worked on or are held: by a pause of the project, of their run or of their own. */
export class HeldWork {
  #isPaused = false;
  /** Whether an event told whether the project is paused. */
  #knowsPause = false;
  readonly #waits: ReadyWaits;
  readonly #attempts: AttemptFold;

  constructor(waits: ReadyWaits, attempts: AttemptFold) {
    this.#waits = waits;
    this.#attempts = attempts;
  }

  /** Whether the project is paused. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Says that the project was paused before the first event that was taken; of no effect where an event tells. */
  pausedBefore(runs: Iterable<RunRecord>): void {
    if (this.#knowsPause || this.#isPaused) return;
    this.#isPaused = true;
    for (const run of runs) {
      // What was taken for waiting was held by the pause.
      for (const task of run.tasks.values()) task.readyAt = undefined;
    }
  }

  /** Has all work stand still from now on. */
  pauseAll(runs: Iterable<RunRecord>, at: number): void {
    this.#isPaused = true;
    this.#knowsPause = true;
    for (const run of runs) {
      for (const task of run.tasks.values()) this.hold(run, task, at);
    }
  }

  /** Has all work go on from now on that nothing else holds. */
  letAllGoOn(runs: Iterable<RunRecord>, at: number): void {
    this.#isPaused = false;
    this.#knowsPause = true;
    for (const run of runs) {
      for (const task of run.tasks.values()) this.letGoOn(run, task, at);
    }
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
    return run.status !== 'running' || this.#isPaused || task.paused;
  }
}
