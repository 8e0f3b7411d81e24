import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { endAttempt } from '../attempt/drive.ts';
import { isAccepting } from '../attempt/find-change.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import type { EventDraft } from '../journal/draft.ts';
import { questionTasks } from '../journal/fold-run.ts';
import { type AttemptState, isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import { abortedCalls } from './aborted-call.ts';
import type { LiveAttempts } from './live-attempts.ts';
import { leftAttemptEnded, type RunControl } from './run-control.ts';
import { openOf } from './work-scope.ts';

/** What breaking work off needs of the kernel around it. */
export interface BrokenOffHost {
  readonly attempts: LiveAttempts;
  readonly attemptHost: AttemptHost;
  readonly control: RunControl;
  append(drafts: readonly EventDraft[]): void;
}

/** Breaks off what is under way for tasks, down to the sockets, by somebody's order. */
export class BrokenOff {
  readonly #host: BrokenOffHost;

  constructor(host: BrokenOffHost) {
    this.#host = host;
  }

  /** Cancels tasks as one: a process that ends in the middle leaves all of them or none. */
  async cancel(
    run: RunState,
    tasks: readonly TaskState[],
    because: string,
    actor: string,
  ): Promise<void> {
    const { control } = this.#host;
    const quiet = new Set<AttemptPlace>();
    const restless = (): readonly AttemptPlace[] =>
      tasks.flatMap((task) => {
        // One that ended by itself meanwhile may have been followed by another.
        const at = this.#breakOff(task, because);
        return at === undefined || (quiet.has(at) && at.live.cancel.aborted) ? [] : [at];
      });
    for (let some = restless(); some.length > 0; some = restless()) {
      await Promise.all(some.map((at) => this.#host.attempts.quietOf(at)));
      for (const at of some) quiet.add(at);
    }
    // What its run's end looks for is that end's to tell.
    if (control.stops.has(run) && tasks.some(isAccepting)) {
      await control.stops.drain(run, because);
    }
    // From here on in one turn, so that nothing begins in between; and what was accepted meanwhile is done.
    const attempts = tasks.map(({ attempt }) => attempt);
    for (const task of tasks) {
      this.#endAttempt(task, 'cancelled', because);
      if (!isFinal[task.status]) control.skipTask(run, task, because, actor);
    }
    for (const [at, task] of tasks.entries()) await this.#cancelQuestions(run, task, attempts[at]);
  }

  /** Ends what is under way for a task, for another model to do. A change that is going in goes in. */
  async moveOn(run: RunState, task: TaskState, because: string): Promise<void> {
    const at = this.#breakOff(task, because);
    if (at !== undefined) await this.#host.attempts.quietOf(at);
    const { attempt } = task;
    if (at !== undefined && !(at.live.cancel.aborted && attempt?.id === at.attempt.id)) return;
    // One that is being accepted is broken off with its whole run alone, which looks whether its change went in.
    if (isAccepting(task)) return;
    this.#endAttempt(task, 'moved', because);
    await this.#cancelQuestions(run, task, attempt);
  }

  /** Throws before anything is done to any of them where one was being accepted when its process ended. */
  requireCertain(tasks: readonly TaskState[]): void {
    for (const task of tasks) {
      if (isAccepting(task) && this.#host.attempts.of(task) === undefined) throw inDoubt(task);
    }
  }

  /** Aborts what is under way for a task; the attempt that has to become quiet. */
  #breakOff(task: TaskState, because: string): AttemptPlace | undefined {
    const at = this.#host.attempts.of(task);
    // A change that is going in goes in: broken off, nobody would know whether it did.
    if (at !== undefined && !isAccepting(task)) at.live.cancel.abort(new Error(because));
    return at;
  }

  /** Ends the attempt that a task has; of one that another process left, only the record is there. */
  #endAttempt(task: TaskState, outcome: 'moved' | 'cancelled', because: string): void {
    const at = this.#host.attempts.of(task);
    if (at !== undefined) endAttempt(this.#host.attemptHost, at, outcome, because, []);
    else if (task.attempt !== undefined) {
      const { attemptHost, append } = this.#host;
      const calls = abortedCalls(task, attemptHost.clock.now());
      append([...calls, leftAttemptEnded(task, outcome, because)]);
    }
  }

  async #cancelQuestions(
    run: RunState,
    task: TaskState,
    attempt: AttemptState | undefined,
  ): Promise<void> {
    if (attempt === undefined) return;
    const children = openOf(questionTasks(run, task, attempt));
    if (children.length === 0) return;
    await this.cancel(run, children, 'nobody asks it any more', 'overseer');
  }
}

function inDoubt({ run, task }: TaskState): OverseerError {
  return new OverseerError(
    'task.in-doubt',
    `Task ${task.key} was being accepted when its process ended: resume run ${run}, which looks whether its change went in.`,
  );
}
