import type { EventDraft } from '../journal/draft.ts';
import type { Runs } from '../journal/fold-run.ts';
import { isFinal, type RunState } from '../journal/run-state.ts';
import type { TaskSource } from '../spec/task.ts';
import type { Chains } from '../validate/chain.ts';
import type { LiveAttempts } from './live-attempts.ts';
import { type NewRun, startDrafts } from './new-run.ts';
import type { RunControl } from './run-control.ts';
import type { RunGraphs } from './run-graphs.ts';

/** What starts of runs need of the kernel around them. */
export interface RunStartsHost {
  readonly runs: Runs;
  readonly chains: Chains;
  readonly attempts: LiveAttempts;
  readonly graphs: RunGraphs;
  readonly control: RunControl;
  /** Where the tasks of runs came from, for those that came from a document. */
  readonly sources: Map<string, TaskSource>;
  append(drafts: readonly EventDraft[]): void;
  /** A run has work: gauges and the queue are looked at again. */
  begun(): void;
  /** A run goes on: its questions and its attempts are watched again. */
  watch(): void;
  /** Has the queue offered soon. */
  wake(): void;
}

/** How runs begin, and go on where they were left. */
export class RunStarts {
  readonly #host: RunStartsHost;

  constructor(host: RunStartsHost) {
    this.#host = host;
  }

  /** Starts a run; its tasks begin in the same turn. Throws `ConfigError` for a check that nobody makes. */
  start(id: string, request: NewRun): void {
    const { chains, runs, control } = this.#host;
    for (const task of request.tasks) chains.of(task);
    if (request.source !== undefined) this.#host.sources.set(id, request.source);
    this.#host.append(startDrafts(id, request));
    this.#host.begun();
    const run = runs.get(id);
    if (run !== undefined) control.added(run, request.tasks);
  }

  /**
   * Goes on with a run that was suspended, or that another process left unfinished; does nothing for one that goes on
   * here. Throws `ConfigError` for a check that nobody makes any more.
   */
  resume(run: RunState, because: string, source: TaskSource | undefined): void {
    const { chains, attempts, graphs, control } = this.#host;
    if (run.status === 'finished' || control.stops.has(run)) return;
    if (run.status === 'running' && graphs.has(run.id)) return;
    for (const { status, task } of run.tasks.values()) if (!isFinal[status]) chains.of(task);
    if (source !== undefined) this.#host.sources.set(run.id, source);
    this.#host.append([{ type: 'run.resumed', run: run.id, data: { because } }]);
    this.#host.begun();
    const left = attempts.adoptAll(run);
    graphs.load(run);
    // Only once all are taken on can one find the other that asked it.
    for (const at of left) attempts.go(at, undefined, undefined);
    this.#host.watch();
    control.finishIfOver(run);
    this.#host.wake();
  }
}
