import { diagnoseStuck } from '../heal/diagnose.ts';
import type { Healing } from '../heal/healing-options.ts';
import { NextLook } from '../internal/next-look.ts';
import type { Journal } from '../journal/journal.ts';
import type { TaskState } from '../journal/run-state.ts';
import { type EndlessWait, endlessWaits, type WaitsSource } from './endless-waits.ts';

/** Waits that are told of one process's life; they have few causes, and more would say nothing new. */
const MOST_TOLD = 1_000;

/** What watching the queue needs of the kernel around it. */
export interface QueueWatchHost extends WaitsSource {
  readonly journal: Pick<Journal, 'append' | 'closed'>;
  readonly isPaused: () => boolean;
}

/**
 * Tells of tasks that wait for what does not come by itself: a pool without places, a model that nothing under way makes free, a
 * gauge that does not fall, workers that are not there. Once for each cause in a run; nothing is broken off, as what is missing is
 * not in the plan.
 */
export class QueueWatch {
  readonly #healing: Healing;
  readonly #host: QueueWatchHost;
  readonly #told = new Set<string>();
  readonly #next: NextLook;

  constructor(healing: Healing, host: QueueWatchHost) {
    this.#healing = healing;
    this.#host = host;
    this.#next = new NextLook(host.settings.clock, () => this.#look());
  }

  /** Something is to be done: looks in time, if nobody does. */
  begin(): void {
    const { holdMs } = this.#host.settings;
    this.#next.after(Math.min(this.#healing.stuckMs, holdMs) / 3);
  }

  /** Nothing goes on any more: looks no more until something begins. */
  rest(): void {
    this.#next.rest();
  }

  /** Looks no more at all. */
  close(): void {
    this.#next.close();
  }

  #look(): void {
    const { journal, projection, isPaused } = this.#host;
    if (journal.closed !== undefined) return;
    const nowMs = this.#host.settings.clock.now();
    if (!isPaused()) {
      for (const wait of endlessWaits(this.#host, this.#healing.stuckMs, nowMs)) {
        this.#tell(wait, nowMs);
      }
    }
    if ([...projection.runs.values()].some(({ status }) => status === 'running')) this.begin();
  }

  #tell({ run, task: key, cause, because, remedy }: EndlessWait, nowMs: number): void {
    const { projection, journal } = this.#host;
    const name = `${run} ${cause}`;
    const task: TaskState | undefined = projection.runs.get(run)?.tasks.get(key);
    if (task === undefined || this.#told.has(name) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(name);
    const trace = projection.traces?.of(task);
    const diagnosis = { ...diagnoseStuck(task, trace, because, 'environment', nowMs), remedy };
    void journal.append([
      { type: 'task.diagnosed', run, task: key, data: { diagnosis, action: 'none' } },
    ]);
  }
}
