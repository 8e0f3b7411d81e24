import { followRun } from '../journal/follow-run.ts';
import type { Journal } from '../journal/journal.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import type { TaskSource } from '../spec/task.ts';
import type { Kernel } from './kernel.ts';
import { type RunResult, runResult } from './run-result.ts';

/**
 * One run, from outside. Iterating gives its events from the first, at any time, to any number of readers; leaving
 * the loop cancels nothing.
 */
export interface Run extends AsyncIterable<OverseerEvent> {
  readonly id: string;
  /** Resolves when the run has ended or this overseer was closed. Rejects only when the journal itself failed. */
  readonly result: Promise<RunResult>;
  /** Lets calls in flight end and starts no more, until `resume`. */
  pause(reason?: string): void;
  /** Goes on after `pause`, or with a run that another process left unfinished. Does nothing while it is running. */
  resume(options?: {
    /** Where the tasks came from, so that their boxes can be ticked; needed where the run was started with one. */
    readonly source?: TaskSource;
  }): void;
  /** Ends the run and aborts what is under way; resolves when that is on disk. */
  cancel(reason?: string): Promise<void>;
}

/** A handle to a run of this kernel. */
export function createRunHandle(
  id: string,
  kernel: Kernel,
  journal: Journal,
  store: StateStore,
): Run {
  let result: Promise<RunResult> | undefined;
  const end = (): Promise<RunResult> => {
    result ??= kernel
      .whenEnded(id)
      .then(({ status, because, state }) => runResult(state, status, because));
    result.catch(() => undefined);
    return result;
  };
  const isOpen = (): boolean => {
    const run = kernel.runOf(id);
    return run !== undefined && run.status !== 'finished';
  };
  // Asked for at once, so that a run that ends before anybody looks is not missed.
  void end();
  return {
    id,
    get result() {
      return end();
    },
    pause: (reason = 'paused by the host') => {
      if (isOpen()) kernel.orders.pause({ run: id }, { because: reason });
    },
    resume: (options = {}) => {
      const order = { because: 'resumed by the host' };
      if (isOpen()) kernel.orders.resume({ run: id }, order, options.source);
    },
    cancel: async (reason = 'cancelled by the host') => {
      if (kernel.runOf(id) === undefined) return;
      // One that is over in memory may not be so on disk yet.
      if (isOpen()) await kernel.orders.cancel({ run: id }, { because: reason });
      await kernel.settled();
    },
    [Symbol.asyncIterator]: () =>
      followRun(store, journal, id, (event) => event.type === 'run.finished'),
  };
}
