import type { OverseerEvent } from '../spec/event.ts';
import { AgedEvents } from './aged-events.ts';
import { eraseRun } from './erase-run.ts';
import type { OpenKernel } from './open-kernel.ts';
import type { Settings } from './settings.ts';

/** Events between two turns of erasing. */
const PAGE = 500;

/** How long a run is left alone that could not be erased, in ms: finding that out may take reading all of it. */
const LEFT_ALONE_MS = 3_600_000;

/** How long before the default erases the first run that is on record, in ms: a week. */
const NOTICE_MS: number = 7 * 86_400_000;

/** What finished runs are kept by. */
export interface RetentionRule {
  /** How long after its end a run is erased, in ms; `undefined` where all are kept for ever. */
  readonly keepMs: number | undefined;
  /** Nobody said so: it is what holds where nothing is said. */
  readonly isDefault: boolean;
}

/** Who hears of what retention does beside the journal. */
export interface RetentionTold {
  /** A run is due and cannot be erased; once for each, until it can be. */
  refused(run: string, error: Error): void;
  /** The default was noted: from `fromAt` on, epoch ms, it erases. */
  announced(fromAt: number): void;
}

/**
 * Erases runs that finished longer ago than its rule keeps them, one after another: those that are due when it begins, and again whenever
 * a run ends. Which rule holds is noted before anything is erased by it, by default a week before. It needs no timer, and reads each event
 * once. Runs above one that is not finished stay until that is. One that cannot be erased is told of, and keeps no other from it.
 */
export class Retention {
  readonly #settings: Settings;
  readonly #open: OpenKernel;
  readonly #rule: RetentionRule;
  readonly #told: RetentionTold;
  readonly #old: AgedEvents;
  /** The same events a week earlier, for a rule that has to be noted before. */
  readonly #ageing: AgedEvents;
  /** Finished long enough ago, and not erased yet; by the order in which they finished. */
  readonly #due = new Set<string>();
  /** Due, and refused: until when each is left alone, by what has elapsed. */
  readonly #refused = new Map<string, number>();
  /** The last that was erased before: its erasure may have been cut off before it was recorded. */
  #erased: string | undefined;
  #isStopped = false;
  #pass: Promise<void> | undefined;

  constructor(settings: Settings, open: OpenKernel, rule: RetentionRule, told: RetentionTold) {
    this.#settings = settings;
    this.#open = open;
    this.#told = told;
    const { keepMs, isDefault } = rule;
    // Limits count calls that young, and would forget those of an erased run over a restart.
    const longest = settings.longestWindowMs;
    this.#rule = {
      isDefault,
      keepMs: keepMs === undefined ? undefined : Math.max(keepMs, longest),
    };
    const { stream } = open.journal;
    this.#old = new AgedEvents(settings.store.events, stream);
    this.#ageing = new AgedEvents(settings.store.events, stream);
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
    const { keepMs } = this.#rule;
    if (!(await this.#holds()) || keepMs === undefined) return;
    this.#dueAgain();
    let taken = 0;
    for await (const event of this.#old.until(this.#settings.clock.now() - keepMs)) {
      this.#take(event);
      taken += 1;
      if (taken % PAGE === 0) await this.#eraseDue();
      if (this.#isStopped) return;
    }
    await this.#eraseDue();
    const cutOff = this.#erased;
    if (cutOff !== undefined) await this.#try(cutOff);
    this.#erased = undefined;
  }

  /** Whether the rule holds already; notes it where that was not done, the default once a run comes near to being erased. */
  async #holds(): Promise<boolean> {
    const { clock } = this.#settings;
    const { keepMs, isDefault } = this.#rule;
    const { noted } = this.#open.index.retention;
    if (noted !== undefined && noted.keepMs === keepMs && noted.isDefault === isDefault) {
      return clock.now() >= noted.fromAt;
    }
    if (isDefault && !(await this.#isNear())) return false;
    if (this.#isOver) return false;
    const fromAt = clock.now() + (isDefault ? NOTICE_MS : 0);
    const data = { ...(keepMs === undefined ? {} : { keepMs }), isDefault, fromAt };
    await this.#open.journal.append([{ type: 'retention.changed', data }]);
    if (isDefault) this.#told.announced(fromAt);
    return !isDefault;
  }

  /** Whether a run is due within a week. */
  async #isNear(): Promise<boolean> {
    const { keepMs = Number.POSITIVE_INFINITY } = this.#rule;
    const until = this.#settings.clock.now() - keepMs + NOTICE_MS;
    for await (const { type } of this.#ageing.until(until)) {
      if (type === 'run.finished') return true;
    }
    return false;
  }

  #take(event: OverseerEvent): void {
    if (event.run === undefined) return;
    if (event.type === 'run.finished') this.#due.add(event.run);
    if (event.type === 'run.erased') this.#forget(event.run);
    if (event.type === 'event.erased' && event.data.was === 'run.finished') {
      this.#erased = event.run;
    }
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
    const order = { actor: 'retention', because: becauseOf(this.#rule) };
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
    if (isNew) this.#told.refused(run, error instanceof Error ? error : new Error(String(error)));
  }

  #dueAgain(): void {
    const elapsed = this.#settings.clock.elapsed();
    for (const [run, untilAt] of this.#refused) if (untilAt <= elapsed) this.#due.add(run);
  }
}

function becauseOf({ keepMs = 0, isDefault }: RetentionRule): string {
  const ago = `it finished more than ${Math.round(keepMs / 1_000)} s ago`;
  return isDefault ? `${ago}, which is how long runs are kept by default` : ago;
}
