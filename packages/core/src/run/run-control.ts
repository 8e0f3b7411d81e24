import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { endAttempt } from '../attempt/drive.ts';
import type { EventDraft } from '../journal/draft.ts';
import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import type { EventData, RunStatus } from '../spec/event.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Finding } from '../spec/validator.ts';
import type { LiveAttempts } from './live-attempts.ts';
import type { RunGraphs } from './run-graphs.ts';
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
  now(): number;
  append(drafts: readonly EventDraft[]): Promise<void>;
  closeWorkspace(at: AttemptPlace): void;
  wake(): void;
  /** The run's end is durable. */
  finished(run: RunState): void;
}

/** What becomes of tasks and runs when attempts end, tasks fail, and people say stop. */
export class RunControl {
  readonly #host: RunControlHost;
  readonly #stopping = new Map<string, Promise<void>>();

  constructor(host: RunControlHost) {
    this.#host = host;
  }

  /** An attempt ended: its task is done, or open for another try, or out of tries. */
  attemptEnded(at: AttemptPlace): void {
    const { attempts, graphs } = this.#host;
    const { run, task } = at;
    attempts.release(at);
    this.#host.closeWorkspace(at);
    if (this.#stopping.has(run.id)) {
      // What is under way in a run that is drained comes to its end, and so does whoever asked for it.
      if (task.status === 'done' && !at.live.cancel.aborted) this.#answer(run, task, at);
      return;
    }
    if (task.status === 'done') {
      if (task.task.kind === 'plan') graphs.load(run, this.#host.now());
      else graphs.complete(run, task.task.key, this.#host.now());
      this.#answer(run, task, at);
      this.#finishIfOver(run);
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
    ]);
    this.#failAsker(run, task, because);
    const { memberOf } = task.task;
    if (memberOf !== undefined) this.#host.graphs.enqueueIfReady(run, memberOf, this.#host.now());
    this.#finishIfOver(run);
    this.#host.wake();
  }

  /** Takes up new tasks of a run. */
  added(run: RunState, tasks: readonly PlanTask[]): void {
    const states = tasks.flatMap(({ key }) => run.tasks.get(key) ?? []);
    this.#host.graphs.add(run, states, this.#host.now());
    this.#finishIfOver(run);
    this.#host.wake();
  }

  /** Whether a run is being ended, so that nothing of it may start. */
  isStopping(run: RunState): boolean {
    return this.#stopping.has(run.id);
  }

  /**
   * Ends a run before its tasks are done: aborts what is under way, records it, skips the rest. Resolves once that is
   * appended, also for whoever comes second. Rejects only when the journal failed.
   */
  async stop(run: RunState, because: string): Promise<void> {
    if (run.status === 'finished') return;
    this.#abort(this.#host.attempts.list(run.id), because);
    await this.#end(run, because);
  }

  /**
   * Ends a run that may not make its next call: starts nothing more, and lets what is under way end first, which is paid
   * for. Otherwise as `stop`, which cuts it short.
   */
  async drain(run: RunState, because: string): Promise<void> {
    if (run.status !== 'finished') await this.#end(run, because);
  }

  /** Resolves when no run is being ended any more. */
  async stopped(): Promise<void> {
    await Promise.allSettled(this.#stopping.values());
  }

  #end(run: RunState, because: string): Promise<void> {
    let ending = this.#stopping.get(run.id);
    if (ending === undefined) {
      ending = this.#stop(run, because);
      this.#stopping.set(run.id, ending);
    }
    return ending;
  }

  #abort(places: readonly AttemptPlace[], because: string): void {
    for (const at of places) at.live.cancel.abort(new Error(because));
  }

  async #stop(run: RunState, because: string): Promise<void> {
    const places = this.#host.attempts.list(run.id);
    await this.#host.attempts.quiet(run.id);
    this.#abort(places, because);
    for (const at of places) {
      if (at.task.attempt?.id === at.attempt.id) {
        endAttempt(this.#host.attemptHost, at, 'cancelled', because, []);
      }
    }
    const drafts: EventDraft[] = [];
    for (const [key, task] of run.tasks) {
      if (isFinal[task.status]) continue;
      drafts.push({ type: 'task.skipped', run: run.id, task: key, data: { because } });
    }
    void this.#host.append(drafts);
    this.#stopping.delete(run.id);
    this.#finish(run, 'stopped', because);
  }

  /** A run whose tasks are all final is over. */
  finishIfOver(run: RunState): void {
    this.#finishIfOver(run);
  }

  #tryAgain(run: RunState, task: TaskState): void {
    const past = task.past.slice(task.forgiven);
    const tries = past.filter(({ outcome }) => outcome === 'rejected' || outcome === 'failed');
    const last = past.at(-1);
    if (last !== undefined && (last.isLast || isSettled(task))) {
      this.failTask(run, task, last.because, last.findings);
      return;
    }
    const moves = past.filter(({ outcome }) => outcome === 'moved').length;
    const isOver = past.length - moves >= MAX_ENDS || moves >= MAX_MOVES;
    if (tries.length >= this.#host.maxAttempts || isOver) {
      const because = `${tries.length} attempts did not succeed; the last: ${last?.because}`;
      this.failTask(run, task, because, last?.findings ?? []);
      return;
    }
    this.#host.graphs.enqueue(run, task.task.key, this.#host.now());
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
    if (asker === undefined) this.#endLeft(run, task, why);
    else {
      const fault = { fault: 'infrastructure' } as const;
      endAttempt(this.#host.attemptHost, asker, 'rejected', why, [], fault);
    }
  }

  /** Of an attempt that another process left, only the record is there to be ended. */
  #endLeft(run: RunState, { asks }: TaskState, because: string): void {
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

  #finishIfOver(run: RunState): void {
    if (run.status !== 'running' || run.open > 0 || this.#stopping.has(run.id)) return;
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
    this.#host.graphs.forget(run.id, this.#host.now());
    durable.then(
      () => this.#host.finished(run),
      () => undefined,
    );
  }
}

/** The event that ends an attempt which nobody works on any more. */
export function leftAttemptEnded(
  { run, task, attempt }: TaskState,
  outcome: 'rejected' | 'moved' | 'cancelled',
  because: string,
): EventDraft {
  const place = { run, task: task.key, attempt: attempt?.id ?? '' };
  const fault = outcome === 'rejected' ? 'infrastructure' : 'none';
  return { type: 'attempt.ended', ...place, data: { outcome, because, fault } };
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
