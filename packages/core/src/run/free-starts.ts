import type { Journal } from '../journal/journal.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { ToolStep } from '../spec/task.ts';
import type { Decider } from './decider.ts';
import type { DispatcherHost } from './dispatcher-host.ts';
import { FreeTasks } from './free-tasks.ts';
import type { HeldStep, HeldSteps } from './held-steps.ts';
import { assignedToNobody, whyNoModel } from './no-model.ts';
import { isTooLate, stepExpiresAt, whyStepExpired } from './step-times.ts';
import type { TellWaiting } from './tell-waiting.ts';
import { lineOf, stepCallOf, type ToolWait, toolWait } from './tool-wait.ts';

/** What starts without a model need of the dispatcher around them. */
export interface FreeStartsHost extends Pick<DispatcherHost, 'begin' | 'failTask'> {
  mayStart(run: RunState, task: TaskState): boolean;
  /** Something that nobody planned for was thrown while a task was begun. */
  broke(run: RunState, task: TaskState, error: unknown): void;
}

/** Starts tasks that wait for no model: checks at once, and steps as their tools let them. */
export class FreeStarts {
  /** Those that nobody has looked at yet. */
  readonly tasks: FreeTasks = new FreeTasks();
  readonly #decider: Decider;
  readonly #journal: Journal;
  readonly #waits: TellWaiting;
  readonly #held: HeldSteps;
  readonly #host: FreeStartsHost;

  constructor(
    decider: Decider,
    journal: Journal,
    waits: TellWaiting,
    held: HeldSteps,
    host: FreeStartsHost,
  ) {
    this.#decider = decider;
    this.#journal = journal;
    this.#waits = waits;
    this.#held = held;
    this.#host = host;
  }

  /** Starts what may start now; says when to look again. One that is started may make others ready, which are behind it then. */
  offer(nowMs: number, notLaterThan: (at: number | undefined) => void): void {
    if (this.#held.size > 0) this.#offerHeld(nowMs, notLaterThan);
    if (this.tasks.size > 0) {
      this.tasks.offer((run, task) => this.#startOrBreak(run, task, nowMs, notLaterThan));
    }
  }

  #offerHeld(nowMs: number, notLaterThan: (at: number | undefined) => void): void {
    // Who is paused waits no more; whoever resumes it queues it again.
    this.#held.takeExpired(nowMs, ({ run, task, readyAt }, wait) => {
      if (this.#host.mayStart(run, task)) this.#giveUp(run, task, readyAt, wait, nowMs);
    });
    this.#held.offer((step) => {
      const wait = this.#startHeld(step, nowMs);
      if (wait !== undefined) notLaterThan(wait.untilAt);
      return wait;
    });
  }

  /** Gives what a step that was held waits for still. */
  #startHeld({ run, task, call, readyAt }: HeldStep, nowMs: number): ToolWait | undefined {
    const { step } = task.task;
    if (step === undefined || !this.#host.mayStart(run, task)) return undefined;
    try {
      const wait = toolWait(this.#decider, step, call, nowMs);
      if (wait === undefined) this.#begin(run, task, 'needs no model');
      else if (isTooLate(task.task, wait, nowMs)) this.#giveUp(run, task, readyAt, wait, nowMs);
      else {
        this.#tell(task, wait, nowMs);
        return wait;
      }
    } catch (error) {
      this.#host.broke(run, task, error);
    }
    return undefined;
  }

  #startOrBreak(
    run: RunState,
    task: TaskState,
    nowMs: number,
    notLaterThan: (at: number | undefined) => void,
  ): void {
    try {
      this.#start(run, task, nowMs, notLaterThan);
    } catch (error) {
      this.#host.broke(run, task, error);
    }
  }

  #start(
    run: RunState,
    task: TaskState,
    nowMs: number,
    notLaterThan: (at: number | undefined) => void,
  ): void {
    if (!this.#host.mayStart(run, task)) return;
    const because = whyNoModel(run, task);
    if (because === undefined) return;
    const { step } = task.task;
    if (step === undefined) {
      this.#begin(run, task, because);
      return;
    }
    // One that is queued again keeps its place in its line.
    if (this.#held.size > 0 && this.#held.has(run.id, task.task.key)) return;
    const wait = this.#hold(run, task, step, nowMs);
    if (wait === undefined) this.#begin(run, task, because);
    else notLaterThan(wait.untilAt);
  }

  /** Puts a step in its line where it has to wait, and gives what for. */
  #hold(run: RunState, task: TaskState, step: ToolStep, nowMs: number): ToolWait | undefined {
    const call = stepCallOf(this.#decider.settings, run, task.task, step);
    // Whoever is in its line asked before.
    const before = this.#held.size > 0 ? this.#held.waitOf(lineOf(step, call)) : undefined;
    const wait = before ?? toolWait(this.#decider, step, call, nowMs);
    if (wait === undefined) return undefined;
    const expiresAt = stepExpiresAt(this.#decider.settings, task.task, nowMs);
    if (expiresAt <= nowMs || isTooLate(task.task, wait, nowMs)) {
      this.#giveUp(run, task, nowMs, wait, nowMs);
    } else {
      this.#tell(task, wait, nowMs);
      this.#held.put(lineOf(step, call), { run, task, call, readyAt: nowMs, expiresAt }, wait);
    }
    return wait;
  }

  #begin(run: RunState, task: TaskState, because: string): void {
    const durable = this.#journal.append([
      assignedToNobody(task, this.#decider.settings.ids(), because),
    ]);
    this.#host.begin(run, task, undefined, durable);
  }

  /** Once a wait: who is behind in a long line need not fill the journal with each that goes before. */
  #tell(task: TaskState, { because, untilAt, on, isQuota }: ToolWait, nowMs: number): void {
    if (isQuota && task.waiting !== undefined) return;
    this.#waits.note(task, because, untilAt, nowMs, on);
  }

  #giveUp(run: RunState, task: TaskState, readyAt: number, wait: ToolWait, nowMs: number): void {
    this.#host.failTask(run, task, whyStepExpired(task.task, readyAt, wait, nowMs), []);
  }
}
