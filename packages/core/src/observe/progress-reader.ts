import { OverseerError } from '../errors/overseer-error.ts';
import { inSlices } from '../internal/slices.ts';
import { INDEX_VERSION } from '../journal/journal-index.ts';
import { takeEvents } from '../journal/read-events.ts';
import { lasts } from '../run/expected-ends.ts';
import type { OpenKernel } from '../run/open-kernel.ts';
import type { Settings } from '../run/settings.ts';
import type { Progress } from './progress.ts';
import { ProgressFold } from './progress-fold.ts';
import { type ProgressScope, progressInSteps } from './progress-of.ts';

/**
 * Reads what progress is told from: nothing until somebody asks, then all events since the oldest run that is not
 * finished, and from then on only what came since. In slices, so that nothing else is held up for long. What is sensitive is told as
 * `[sealed]`.
 */
export class ProgressReader {
  readonly #settings: Settings;
  readonly #open: OpenKernel;
  readonly #fold = new ProgressFold();
  #after: number | undefined;
  /** What is asked for and not begun, by run. */
  readonly #waiting = new Map<string, Promise<Progress>>();
  #last: Promise<void> = Promise.resolve();

  constructor(settings: Settings, open: OpenKernel) {
    this.#settings = settings;
    this.#open = open;
  }

  /**
   * How far all is that is durable, and what is known of the present. Who asks while the answer to the same is still to
   * be looked for gets that one. Throws `OverseerError` `run.unknown`.
   */
  ask(scope: ProgressScope): Promise<Progress> {
    const key = scope.run ?? '';
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return waiting;
    // One after the other: the fold must not go on while it is told of, and no event be taken twice.
    const asked = this.#last.then(() => {
      this.#waiting.delete(key);
      return this.#tell(scope);
    });
    this.#waiting.set(key, asked);
    const over = (): void => undefined;
    this.#last = asked.then(over, over);
    return asked;
  }

  async #tell(scope: ProgressScope): Promise<Progress> {
    const { store, clock } = this.#settings;
    const { kernel, journal, projection } = this.#open;
    const waiting = await kernel.scheduling.waitingInSlices();
    // Whoever paused it by now has written so once all is settled: in what is read, or before it.
    const isPaused = kernel.paused !== undefined;
    await kernel.settled();
    const fold = await this.#foldOf(scope.run);
    if (isPaused) fold.pausedBefore();
    const snapshot = await store.snapshots.latest(journal.stream, INDEX_VERSION);
    const present = {
      nowMs: clock.now(),
      waiting,
      expectedMs: (kind: string, model: string | undefined) =>
        model === undefined ? undefined : lasts(projection.durations, model, kind),
      snapshotSeq: snapshot?.seq,
    };
    return await inSlices(progressInSteps(fold, present, scope));
  }

  /** Of all runs, or of one of the journal, whenever it was. */
  async #foldOf(run: string | undefined): Promise<ProgressFold> {
    const unfinished = this.#open.kernel.unfinished.map(({ id }) => id);
    if (run === undefined || unfinished.includes(run) || this.#fold.runs.has(run)) {
      await this.#catchUp(unfinished);
      return this.#fold;
    }
    const { shown, store } = this.#settings;
    const fold = new ProgressFold();
    const { stream } = this.#open.journal;
    await takeEvents(shown, stream, { run }, (event) => fold.take(event));
    if (fold.runs.has(run)) return fold;
    throw new OverseerError('run.unknown', `There is no run ${run} in ${store.name}.`);
  }

  async #catchUp(unfinished: readonly string[]): Promise<void> {
    this.#after ??= await this.#before(unfinished);
    const { stream } = this.#open.journal;
    await takeEvents(this.#settings.shown, stream, { after: this.#after }, (event) => {
      this.#fold.take(event);
      this.#after = event.seq;
    });
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
