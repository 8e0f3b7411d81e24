import { OverseerError } from '../errors/overseer-error.ts';
import { INDEX_VERSION } from '../journal/journal-index.ts';
import { readEvents } from '../journal/read-events.ts';
import { lasts } from '../run/expected-ends.ts';
import type { OpenKernel } from '../run/open-kernel.ts';
import type { Settings } from '../run/settings.ts';
import type { Progress } from './progress.ts';
import { ProgressFold } from './progress-fold.ts';
import { type ProgressScope, progressOf } from './progress-of.ts';

/**
 * Reads what progress is told from: nothing until somebody asks, then all events since the oldest run that is not
 * finished, and from then on only what came since. A page at a time, so that nothing else is held up for long.
 */
export class ProgressReader {
  readonly #settings: Settings;
  readonly #open: OpenKernel;
  readonly #fold = new ProgressFold();
  #after: number | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(settings: Settings, open: OpenKernel) {
    this.#settings = settings;
    this.#open = open;
  }

  /** How far all is that is durable, and what is known of the present. Throws `OverseerError` `run.unknown`. */
  async ask(scope: ProgressScope): Promise<Progress> {
    const { store, clock } = this.#settings;
    const { kernel, journal, projection } = this.#open;
    // Whoever paused it by now has written so once all is settled: in what is read, or before it.
    const isPaused = kernel.paused !== undefined;
    await kernel.settled();
    const unfinished = kernel.unfinished.map(({ id }) => id);
    const fold = await this.#foldOf(scope.run, unfinished);
    if (isPaused) fold.pausedBefore();
    const snapshot = await store.snapshots.latest(journal.stream, INDEX_VERSION);
    const present = {
      nowMs: clock.now(),
      waiting: kernel.scheduling.waiting(),
      expectedMs: (kind: string, model: string | undefined) =>
        model === undefined ? undefined : lasts(projection.durations, model, kind),
      snapshotSeq: snapshot?.seq,
    };
    return progressOf(fold, present, scope);
  }

  /** Of all runs, or of one of the journal, whenever it was. */
  async #foldOf(run: string | undefined, unfinished: readonly string[]): Promise<ProgressFold> {
    if (run === undefined || unfinished.includes(run) || this.#fold.runs.has(run)) {
      // One after the other, so that no event is taken twice.
      this.#reading = this.#reading.catch(() => undefined).then(() => this.#catchUp(unfinished));
      await this.#reading;
      return this.#fold;
    }
    const { store } = this.#settings;
    const fold = new ProgressFold();
    for await (const page of readEvents(store, this.#open.journal.stream, run)) {
      for (const event of page) fold.take(event);
    }
    if (fold.runs.has(run)) return fold;
    throw new OverseerError('run.unknown', `There is no run ${run} in ${store.name}.`);
  }

  async #catchUp(unfinished: readonly string[]): Promise<void> {
    this.#after ??= await this.#before(unfinished);
    const { stream } = this.#open.journal;
    for await (const page of readEvents(this.#settings.store, stream, undefined, this.#after)) {
      for (const event of page) {
        this.#fold.take(event);
        this.#after = event.seq;
      }
    }
  }

  /** The place before the first event of the oldest of these runs; the end of the stream where there are none. */
  async #before(unfinished: readonly string[]): Promise<number> {
    const { events } = this.#settings.store;
    const { stream } = this.#open.journal;
    let before = await events.head(stream);
    for (const run of unfinished) {
      const [first] = await events.read({ stream, run, after: 0, limit: 1 });
      if (first !== undefined) before = Math.min(before, first.seq - 1);
    }
    return before;
  }
}
