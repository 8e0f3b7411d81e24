import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { endAttempt } from '../attempt/drive.ts';
import type { EventDraft } from '../journal/draft.ts';
import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import type { RunStatus } from '../spec/event.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Finding } from '../spec/validator.ts';
import type { LiveAttempts } from './live-attempts.ts';
import type { RunGraphs } from './run-graphs.ts';

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
    if (this.#stopping.has(run.id)) return;
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
    const { key } = task.task;
    const skipped = this.#host.graphs.dependantsOf(run, key);
    void this.#host.append([
      { type: 'task.failed', run: run.id, task: key, data: { because, findings } },
      ...skipped.map(
        (name): EventDraft => ({
          type: 'task.skipped',
          run: run.id,
          task: name,
          data: { because: `it needs ${key}, which failed` },
        }),
      ),
    ]);
    this.#failAsker(run, task, because);
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
    let stopping = this.#stopping.get(run.id);
    if (stopping === undefined) {
      stopping = this.#stop(run, because);
      this.#stopping.set(run.id, stopping);
    }
    await stopping;
  }

  /** Resolves when no run is being ended any more. */
  async stopped(): Promise<void> {
    await Promise.allSettled(this.#stopping.values());
  }

  async #stop(run: RunState, because: string): Promise<void> {
    const places = this.#host.attempts.list(run.id);
    for (const at of places) at.live.cancel.abort(new Error(because));
    await this.#host.attempts.quiet(run.id);
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
    const tries = task.past.filter(({ outcome }) => outcome === 'rejected' || outcome === 'failed');
    const last = task.past.at(-1);
    const moves = task.past.filter(({ outcome }) => outcome === 'moved').length;
    const isOver = task.past.length - moves >= MAX_ENDS || moves >= MAX_MOVES;
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
    if (asker === undefined) return;
    endAttempt(
      this.#host.attemptHost,
      asker,
      'rejected',
      `its review could not be made: ${because}`,
      [],
    );
  }

  #askerOf(run: RunState, task: TaskState): AttemptPlace | undefined {
    const parent = task.asks === undefined ? undefined : run.tasks.get(task.asks.task);
    return parent === undefined ? undefined : this.#host.attempts.of(parent);
  }

  #finishIfOver(run: RunState): void {
    if (run.status !== 'running' || run.open > 0 || this.#stopping.has(run.id)) return;
    const failed = [...run.tasks.values()].filter(
      ({ status, asks }) => status === 'failed' && asks === undefined,
    );
    const first = failed[0];
    if (first === undefined) this.#finish(run, 'completed', undefined);
    else this.#finish(run, 'failed', `${first.task.key}: ${first.because}`);
  }

  #finish(run: RunState, status: RunStatus, because: string | undefined): void {
    const durable = this.#host.append([
      {
        type: 'run.finished',
        run: run.id,
        data: {
          status,
          usage: { ...run.usage },
          ...(because === undefined ? {} : { because }),
        },
      },
    ]);
    this.#host.graphs.forget(run.id);
    durable.then(
      () => this.#host.finished(run),
      () => undefined,
    );
  }
}
