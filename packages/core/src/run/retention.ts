import type { OverseerEvent } from '../spec/event.ts';
import { eraseRun } from './erase-run.ts';
import type { OpenKernel } from './open-kernel.ts';
import type { Settings } from './settings.ts';

/** Events that are read in one turn. */
const PAGE = 500;

/** How long a run is left alone that could not be erased, in ms: finding that out may take reading all of it. */
const LEFT_ALONE_MS = 3_600_000;

/**
 * Erases runs that finished longer ago than `keepMs`, one after another: those that are due when it begins, and again whenever a run
 * ends. It needs no timer, and reads each event once. Runs above one that is not finished stay until that is. One that cannot be erased
 * is told of, and keeps no other from it.
 */
export class Retention {
  readonly #settings: Settings;
  readonly #open: OpenKernel;
  readonly #keepMs: number;
  readonly #because: string;
  /** Finished long enough ago, and not erased yet; by the order in which they finished. */
  readonly #due = new Set<string>();
  /** Due, and refused: until when each is left alone, by what has elapsed. */
  readonly #refused = new Map<string, number>();
  readonly #tell: (run: string, error: Error) => void;
  #after = 0;
  /** The last that was erased before: its erasure may have been cut off before it was recorded. */
  #erased: string | undefined;
  #isStopped = false;
  #pass: Promise<void> | undefined;

  constructor(
    settings: Settings,
    open: OpenKernel,
    keepMs: number,
    tell: (run: string, error: Error) => void,
  ) {
    this.#settings = settings;
    this.#open = open;
    this.#tell = tell;
    // Limits count calls that young, and would forget those of an erased run over a restart.
    this.#keepMs = Math.max(keepMs, settings.longestWindowMs);
    this.#because = `it finished more than ${Math.round(this.#keepMs / 1_000)} s ago`;
  }

  /** Goes through what is due now, unless that is under way. */
  look(): void {
    if (this.#isStopped || this.#pass !== undefined) return;
    this.#pass = this.#work()
      .catch(() => undefined)
      .finally(() => {
        this.#pass = undefined;
      });
  }

  /** Ends it, after the run that is being erased. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#pass;
  }

  async #work(): Promise<void> {
    const { store, clock } = this.#settings;
    const { stream } = this.#open.journal;
    this.#dueAgain();
    for (let isMore = true; isMore && !this.#isStopped; ) {
      const until = clock.now() - this.#keepMs;
      const page = await store.events.read({ stream, after: this.#after, limit: PAGE });
      const isAllOld = page.every((event) => this.#take(event, until));
      isMore = isAllOld && page.length === PAGE;
      await this.#eraseDue();
    }
    const cutOff = this.#erased;
    if (cutOff !== undefined) await this.#try(cutOff);
    this.#erased = undefined;
  }

  /** `false` for an event that is too young. */
  #take(event: OverseerEvent, until: number): boolean {
    if (event.at > until) return false;
    this.#after = event.seq;
    if (event.run === undefined) return true;
    if (event.type === 'run.finished') this.#due.add(event.run);
    if (event.type === 'run.erased') this.#forget(event.run);
    if (event.type === 'event.erased' && event.data.was === 'run.finished') {
      this.#erased = event.run;
    }
    return true;
  }

  async #eraseDue(): Promise<void> {
    for (const run of this.#due) {
      if (this.#isOver) return;
      if (!this.#open.index.open.includes(run)) await this.#try(run);
    }
  }

  get #isOver(): boolean {
    return this.#isStopped || this.#open.journal.failure !== undefined;
  }

  async #try(run: string): Promise<void> {
    if (this.#isOver) return;
    const order = { actor: 'retention', because: this.#because };
    try {
      await eraseRun(this.#settings, this.#open, run, order);
      this.#forget(run);
    } catch (error) {
      if (!this.#isOver) this.#leaveAlone(run, error);
    }
  }

  #forget(run: string): void {
    this.#due.delete(run);
    this.#refused.delete(run);
  }

  #leaveAlone(run: string, error: unknown): void {
    const isNew = !this.#refused.has(run);
    this.#due.delete(run);
    this.#refused.set(run, this.#settings.clock.elapsed() + LEFT_ALONE_MS);
    if (isNew) this.#tell(run, error instanceof Error ? error : new Error(String(error)));
  }

  #dueAgain(): void {
    const elapsed = this.#settings.clock.elapsed();
    for (const [run, untilAt] of this.#refused) if (untilAt <= elapsed) this.#due.add(run);
  }
}
