import type { Journal } from '../journal/journal.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { WaitCause } from '../spec/task-events.ts';
import type { Projection } from './projection.ts';
import { isSetBack } from './set-back.ts';
import { waitingDraft } from './waiting-draft.ts';

/** Tells of tasks that wait. */
export class TellWaiting {
  readonly #projection: Projection;
  readonly #journal: Journal;
  readonly #wake: () => void;

  /** `wake` asks for another turn. */
  constructor(projection: Projection, journal: Journal, wake: () => void) {
    this.#projection = projection;
    this.#journal = journal;
    this.#wake = wake;
  }

  /** Tells of a wait, where that is news. */
  note(
    task: TaskState,
    because: string,
    untilAt: number | undefined,
    nowMs: number,
    on?: WaitCause,
  ): { readonly untilAt: number | undefined } {
    const isNewTime = isSetBack(this.#projection.latestAt, nowMs);
    const draft = waitingDraft(task, because, untilAt, nowMs, isNewTime, on);
    if (draft !== undefined) void this.#journal.append([draft]);
    // The event told everybody of the new time, by which the wait may be another one.
    if (draft !== undefined && isNewTime) this.#wake();
    return { untilAt };
  }
}
