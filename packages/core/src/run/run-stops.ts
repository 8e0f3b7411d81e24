import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { doneBy, endAttempt } from '../attempt/drive.ts';
import { findChangeInTurn, isAccepting } from '../attempt/find-change.ts';
import { Cancellation } from '../internal/cancellation.ts';
import type { EventDraft } from '../journal/draft.ts';
import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import { abortedCalls } from './aborted-call.ts';
import type { LiveAttempts } from './live-attempts.ts';
import { recoverRun } from './recover.ts';

/** How long a change that is going in may take when its run is stopped, in ms; then it is broken off. */
const GRACE_MS = 2_000;
/** After how many ms what does not end although it was broken off is left to itself. */
const LEFT_MS = 3_250;

/** What the stopping of runs needs of the kernel around it. */
export interface RunStopsHost {
  readonly attempts: LiveAttempts;
  readonly attemptHost: AttemptHost;
  /** Whether a worker makes the call, whose reply may still come. */
  isRemote(call: string): boolean;
  append(drafts: readonly EventDraft[]): Promise<void>;
  finish(run: RunState, because: string): void;
}

interface Ending {
  readonly done: Promise<void>;
  /** Has what is under way left to itself. */
  readonly leave: Cancellation;
}

/**
 * Runs that are ended before their tasks are done. A change that is going in goes in; one that takes long is broken off
 * and looked for, so that a stop takes less than five seconds and its record is true.
 */
export class RunStops {
  readonly #host: RunStopsHost;
  readonly #endings = new Map<string, Ending>();

  constructor(host: RunStopsHost) {
    this.#host = host;
  }

  /** Whether a run is being ended, so that nothing of it may start. */
  has(run: RunState): boolean {
    return this.#endings.has(run.id);
  }

  /**
   * Aborts what is under way, records it, skips the rest. Resolves once that is appended, also for whoever comes second.
   * Rejects only when the journal failed.
   */
  async stop(run: RunState, because: string): Promise<void> {
    if (run.status === 'finished') return;
    const { attempts, attemptHost } = this.#host;
    abort(
      attempts.list(run.id).filter(({ task }) => !isAccepting(task)),
      because,
    );
    const ending = this.#end(run, because);
    const timers = [
      attemptHost.clock.after(GRACE_MS, () => abort(attempts.list(run.id), because)),
      attemptHost.clock.after(LEFT_MS, () => ending.leave.abort(undefined)),
    ];
    try {
      await ending.done;
    } finally {
      for (const cancel of timers) cancel();
    }
  }

  /** Starts nothing more, and lets what is under way end first. Otherwise as `stop`, which cuts it short. */
  async drain(run: RunState, because: string): Promise<void> {
    if (run.status !== 'finished') await this.#end(run, because).done;
  }

  /** Resolves when no run is being ended any more. */
  async over(): Promise<void> {
    await Promise.allSettled([...this.#endings.values()].map(({ done }) => done));
  }

  #end(run: RunState, because: string): Ending {
    const known = this.#endings.get(run.id);
    if (known !== undefined) return known;
    const leave = new Cancellation();
    const ending = { done: this.#endWhenQuiet(run, because, leave), leave };
    this.#endings.set(run.id, ending);
    return ending;
  }

  async #endWhenQuiet(run: RunState, because: string, leave: Cancellation): Promise<void> {
    const { attempts, attemptHost } = this.#host;
    const left = new Promise<void>((resolve) => leave.onAbort(() => resolve()));
    await Promise.race([attempts.quiet(run.id), left]);
    const places = attempts.list(run.id);
    abort(places, because);
    const unknown = await this.#settleChanges(run);
    const doubt = `${because}; nobody could say in time whether the change of ${unknown.map(({ task }) => task.key).join(', ')} went in`;
    const why = (task: TaskState): string => (unknown.includes(task) ? doubt : because);
    for (const at of places) {
      if (at.task.attempt?.id !== at.attempt.id) continue;
      endAttempt(attemptHost, at, 'cancelled', why(at.task), []);
    }
    const skipped = [...run.tasks.values()].filter(({ status }) => !isFinal[status]);
    // What another left under way, and nobody took up, is made by nobody any more, or is not waited for.
    const isAwaited = (call: string): boolean => this.#host.isRemote(call);
    const nowMs = attemptHost.clock.now();
    const abandoned = recoverRun(run, nowMs, { isAwaited });
    const given = [...run.tasks.values()].flatMap((task) => abortedCalls(task, nowMs, isAwaited));
    void this.#host.append([
      ...abandoned,
      ...given,
      ...skipped.map(
        (task): EventDraft => ({
          type: 'task.skipped',
          run: run.id,
          task: task.task.key,
          data: { because: why(task) },
        }),
      ),
    ]);
    this.#endings.delete(run.id);
    this.#host.finish(run, unknown.length === 0 ? because : doubt);
  }

  /** Looks for the changes that may have gone in, and tells as done what did; gives the tasks of which nobody knows. */
  async #settleChanges(run: RunState): Promise<readonly TaskState[]> {
    const doubtful = [...run.tasks.values()].filter(isAccepting);
    if (doubtful.length === 0) return [];
    const isKnown = await Promise.all(doubtful.map((task) => this.#settle(task)));
    return doubtful.filter((_, at) => isKnown[at] === false);
  }

  async #settle(task: TaskState): Promise<boolean> {
    const { attempt } = task;
    if (typeof attempt?.change === 'object') this.#tellDone(task, attempt.change);
    if (attempt?.change !== 'started') return true;
    const found = await findChangeInTurn(this.#host.attemptHost, attempt.id);
    // It may have come to its end by itself meanwhile.
    if (task.attempt !== attempt) return true;
    if (found.kind === 'accepted') {
      const { commit, files } = found;
      void this.#host.append([
        { type: 'change.accepted', ...placeOf(task), data: { commit, files } },
      ]);
      this.#tellDone(task, found);
    }
    return found.kind !== 'unknown';
  }

  #tellDone(
    task: TaskState,
    change: { readonly commit: string; readonly files: readonly string[] },
  ): void {
    const at = this.#host.attempts.of(task);
    void this.#host.append([{ type: 'task.done', ...placeOf(task), data: doneBy(change) }]);
    if (at !== undefined) this.#host.attemptHost.ended(at);
  }
}

function placeOf({ run, task, attempt }: TaskState): {
  readonly run: string;
  readonly task: string;
  readonly attempt: string;
} {
  return { run, task: task.key, attempt: attempt?.id ?? '' };
}

function abort(places: readonly AttemptPlace[], because: string): void {
  for (const at of places) at.live.cancel.abort(new Error(because));
}
