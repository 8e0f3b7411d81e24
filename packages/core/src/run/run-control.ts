import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { endAttempt } from '../attempt/drive.ts';
import type { EventDraft } from '../journal/draft.ts';
import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import type { EventData } from '../spec/event.ts';
import type { RunStatus } from '../spec/run-events.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Finding } from '../spec/validator.ts';
import type { LiveAttempts } from './live-attempts.ts';
import { failedDrafts } from './patched.ts';
import { leftAttemptEnded, leftCalls, unwaited } from './recover.ts';
import type { RunGraphs } from './run-graphs.ts';
import { RunStops } from './run-stops.ts';
import { lostWith } from './settled.ts';

/** Attempts of one task, moves left out, after which it fails whatever happened. */
const MAX_ENDS = 12;
/** Moves of one task after which it fails. An outage of all models makes a move at most every few seconds, later minutes. */
const MAX_MOVES = 10_000;

/** What the life of runs needs of the kernel around it. */
export interface RunControlHost {
  readonly attempts: LiveAttempts;
  readonly graphs: RunGraphs;
  readonly attemptHost: AttemptHost;
  readonly maxAttempts: number;
  /** What the project, and a run's user and tenant, have spent in all. */
  spent(run: RunState): NonNullable<EventData['run.finished']['spent']>;
  append(drafts: readonly EventDraft[]): Promise<void>;
  closeWorkspace(at: AttemptPlace): void;
  /** Whether a worker makes the call, whose reply may still come. */
  isRemote(call: string): boolean;
  /** Whether another overseer makes the call, which had the project before and passes its reply on. */
  isPassedOn(call: string): boolean;
  /** Finds another way for a task whose tries are used up; gives the task that does, if any. */
  rescue(run: RunState, task: TaskState): TaskState | undefined;
  /** The same for one that several models failed at by the same fault, although it has tries left. */
  rescueEarly(run: RunState, task: TaskState): TaskState | undefined;
  wake(): void;
  /** The run's end is durable. */
  finished(run: RunState): void;
}

/** What becomes of tasks and runs when attempts end, tasks fail, and people say stop. */
export class RunControl {
  readonly #host: RunControlHost;
  /** Runs that are ended before their tasks are done. */
  readonly stops: RunStops;

  constructor(host: RunControlHost) {
    this.#host = host;
    this.stops = new RunStops({
      attempts: host.attempts,
      attemptHost: host.attemptHost,
      isRemote: (call) => host.isRemote(call),
      append: (drafts) => host.append(drafts),
      leaveCalls: (task, because) => this.leaveCalls(task, because),
      finish: (run, because) => this.#finish(run, 'stopped', because),
    });
  }

  /** An attempt ended: its task is done, or open for another try, or out of tries. */
  attemptEnded(at: AttemptPlace): void {
    const { attempts, graphs } = this.#host;
    const { run, task } = at;
    attempts.release(at);
    this.#host.closeWorkspace(at);
    if (this.stops.has(run)) {
      // What is under way in a run that is drained comes to its end, and so does whoever asked for it.
      if (task.status === 'done' && !at.live.cancel.aborted) this.#answer(run, task, at);
      return;
    }
    if (task.status === 'done') {
      if (task.task.kind === 'plan' || task.mends !== undefined) graphs.load(run);
      else graphs.complete(run, task);
      this.#answer(run, task, at);
      this.finishIfOver(run);
    } else {
      this.#tryAgain(run, task);
    }
    this.#host.wake();
  }

  /** A task cannot be done: it fails, and what waits for it is skipped. */
  failTask(run: RunState, task: TaskState, because: string, findings: readonly Finding[]): void {
    const place = { run: run.id, task: task.task.key };
    const failed: EventDraft = { type: 'task.failed', ...place, data: { because, findings } };
    this.#close(run, task, failed, because, 'failed');
  }

  /** Somebody does not want a task any more: it is skipped, and so is what waits for it. */
  skipTask(run: RunState, task: TaskState, because: string, actor: string): void {
    const place = { run: run.id, task: task.task.key };
    const skipped: EventDraft = { type: 'task.skipped', ...place, actor, data: { because } };
    this.#close(run, task, skipped, because, 'was cancelled');
  }

  #close(
    run: RunState,
    task: TaskState,
    end: EventDraft,
    because: string,
    what: 'failed' | 'was cancelled',
  ): void {
    const { key } = task.task;
    const skipped = lostWith(run, task, this.#host.graphs.dependantsOf(run, key));
    void this.#host.append([
      end,
      ...skipped.map(
        (name): EventDraft => ({
          type: 'task.skipped',
          run: run.id,
          task: name,
          data: { because: `it needs ${key}, which ${what}` },
        }),
      ),
      ...unmendedDrafts(run, task, because),
    ]);
    this.#host.graphs.leaveLine(run.id, key);
    this.#failAsker(run, task, because);
    const { memberOf } = task.task;
    if (memberOf !== undefined) this.#host.graphs.enqueueIfReady(run, memberOf);
    this.finishIfOver(run);
    this.#host.wake();
  }

  /**
   * Charges what another overseer has under way for a task at its estimate, before somebody's order ends its attempt: a reply that comes
   * later finds no call any more. A worker's, and its own, end by themselves.
   */
  leaveCalls(task: TaskState, because: string): void {
    const nowMs = this.#host.attemptHost.clock.now();
    const isAwaited = (call: string): boolean => !this.#host.isPassedOn(call);
    const drafts = leftCalls(task, nowMs, { isAwaited, because: () => unwaited(because) });
    if (drafts.length > 0) void this.#host.append(drafts);
  }

  /** Takes up new tasks of a run. */
  added(run: RunState, tasks: readonly PlanTask[]): void {
    const states = tasks.flatMap(({ key }) => run.tasks.get(key) ?? []);
    this.#host.graphs.add(run, states);
    this.finishIfOver(run);
    this.#host.wake();
  }

  #tryAgain(run: RunState, task: TaskState): void {
    const past = task.past.slice(task.forgiven);
    const tries = past.filter(({ outcome }) => outcome === 'rejected' || outcome === 'failed');
    const last = past.at(-1);
    if (last !== undefined && (last.isLast || isSettled(task))) {
      if (last.isLast) this.failTask(run, task, last.because, last.findings);
      else this.#outOfTries(run, task, last.because, last.findings);
      return;
    }
    const moves = past.filter(({ outcome }) => outcome === 'moved').length;
    const isOver = past.length - moves >= MAX_ENDS || moves >= MAX_MOVES;
    if (tries.length >= this.#host.maxAttempts || isOver) {
      this.#outOfTries(run, task, outOfTries(task), last?.findings ?? []);
      return;
    }
    const mend = this.#host.rescueEarly(run, task);
    if (mend === undefined) this.#host.graphs.enqueue(run, task.task.key);
    else this.added(run, [mend.task]);
  }

  /** No model can do a task: it fails, unless it was tried before and there is another way. */
  giveUp(run: RunState, task: TaskState, because: string): void {
    const isTried = task.past.slice(task.forgiven).some(({ outcome }) => outcome !== 'moved');
    const { deadlineAt = Number.POSITIVE_INFINITY } = task.task;
    const isLate = deadlineAt <= this.#host.attemptHost.clock.now();
    if (isTried && !isLate) this.#outOfTries(run, task, because, []);
    else this.failTask(run, task, because, []);
  }

  #outOfTries(run: RunState, task: TaskState, because: string, findings: readonly Finding[]): void {
    const mend = this.#host.rescue(run, task);
    if (mend === undefined) this.failTask(run, task, because, findings);
    else this.added(run, [mend.task]);
  }

  /** A task that answers a validator's question gives its output to whoever asked. */
  #answer(run: RunState, task: TaskState, at: AttemptPlace): void {
    const asker = this.#askerOf(run, task);
    if (asker === undefined || task.asks === undefined) return;
    void this.#host.append([
      {
        type: 'question.answered',
        run: run.id,
        task: asker.task.task.key,
        attempt: asker.attempt.id,
        data: {
          id: task.asks.question,
          reply: task.output ?? '',
          by: `model:${at.attempt.model ?? 'none'}`,
        },
      },
    ]);
    this.#host.attempts.go(asker, undefined, undefined);
  }

  #failAsker(run: RunState, task: TaskState, because: string): void {
    const asker = this.#askerOf(run, task);
    const why = `its review could not be made: ${because}`;
    if (asker === undefined) this.#endAsker(run, task, why);
    else {
      const fault = { fault: 'infrastructure' } as const;
      endAttempt(this.#host.attemptHost, asker, 'rejected', why, [], fault);
    }
  }

  /** Of an attempt that another process left, only the record is there to be ended. */
  #endAsker(run: RunState, { asks }: TaskState, because: string): void {
    const parent = asks === undefined ? undefined : run.tasks.get(asks.task);
    const question = parent?.attempt?.questions?.get(asks?.question ?? '');
    if (parent === undefined || question === undefined || question.reply !== undefined) return;
    void this.#host.append([leftAttemptEnded(parent, 'rejected', because)]);
  }

  /** Whoever asked, if that attempt still waits for the answer. */
  #askerOf(run: RunState, { asks }: TaskState): AttemptPlace | undefined {
    if (asks === undefined) return undefined;
    const parent = run.tasks.get(asks.task);
    const at = parent === undefined ? undefined : this.#host.attempts.of(parent);
    return at?.attempt.questions?.has(asks.question) ? at : undefined;
  }

  /** A run whose tasks are all final is over. */
  finishIfOver(run: RunState): void {
    if (run.status !== 'running' || run.open > 0 || this.stops.has(run)) return;
    const failed = firstOf(run, 'failed');
    // Nothing failed, and yet somebody cancelled a part of it.
    const undone = failed ?? firstOf(run, 'skipped');
    if (undone === undefined) this.#finish(run, 'completed', undefined);
    else {
      const status = undone === failed ? 'failed' : 'stopped';
      this.#finish(run, status, `${undone.task.key}: ${undone.because}`);
    }
  }

  #finish(run: RunState, status: RunStatus, because: string | undefined): void {
    const durable = this.#host.append([
      {
        type: 'run.finished',
        run: run.id,
        data: {
          status,
          usage: { ...run.usage },
          spent: this.#host.spent(run),
          ...(because === undefined ? {} : { because }),
        },
      },
    ]);
    this.#host.graphs.forget(run.id);
    this.#host.wake();
    durable.then(
      () => this.#host.finished(run),
      () => undefined,
    );
  }
}

/** Without another way, the task that could not be done fails by what it failed by. */
function unmendedDrafts(
  run: RunState,
  { mends }: TaskState,
  because: string,
): readonly EventDraft[] {
  const task = run.tasks.get(mends ?? '');
  if (task === undefined || isFinal[task.status]) return [];
  const why = isSettled(task) ? task.past.at(-1)?.because : outOfTries(task);
  return failedDrafts(run, task, `${why}; and no other way was found: ${because}`);
}

/** Why a task fails whose tries came to nothing. */
function outOfTries(task: TaskState): string {
  const past = task.past.slice(task.forgiven);
  const tries = past.filter(({ outcome }) => outcome === 'rejected' || outcome === 'failed').length;
  return `${tries} attempts did not succeed; the last: ${past.at(-1)?.because}`;
}

/** The first task that ended so; questions apart, and members, without which their ensemble goes on. */
function firstOf(run: RunState, status: 'failed' | 'skipped'): TaskState | undefined {
  for (const task of run.tasks.values()) {
    const isWork = task.asks === undefined && task.task.memberOf === undefined;
    if (task.status === status && isWork) return task;
  }
  return undefined;
}

/** Nothing has changed of which the next try of a task that is its checks alone would find more. */
function isSettled({ task, past }: TaskState): boolean {
  const { outcome, fault } = past.at(-1) ?? {};
  return (
    task.kind === 'check' &&
    task.step === undefined &&
    outcome === 'rejected' &&
    fault !== 'infrastructure'
  );
}
