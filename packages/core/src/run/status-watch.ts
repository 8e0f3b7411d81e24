import type { ModelState } from './model-state.ts';
import type { ModelStatus } from './model-status.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** How a model stands, and how it stood. */
export interface ModelNews {
  readonly model: ModelState;
  /** `undefined` for one that is new. */
  readonly before: ModelStatus | undefined;
}

/** A model that left the team. */
export interface ModelGone {
  readonly gone: string;
}

/** Who hears of models. */
export type ModelListener = (news: ModelNews | ModelGone) => void;

/** What happens is told together with what happens within this time, in ms. */
const TOGETHER_MS = 50;

/** Nothing but time passes by itself; what changes with it is looked for this often, in ms. */
const LOOK_MS = 500;

/**
 * Tells of each change of the status of a model, within a second. Nothing of it is written down: it follows from the journal and from
 * what servers say. Where nobody listens, it costs nothing.
 */
export class StatusWatch {
  readonly #clock: Settings['clock'];
  readonly #lists: Settings['lists'];
  readonly #watchers: Projection['watchers'];
  readonly #states: () => readonly ModelState[];
  readonly #listeners = new Set<ModelListener>();
  readonly #told = new Map<string, ModelStatus>();
  #cancel: (() => void) | undefined;
  #isSoon = false;
  #stop: (() => void) | undefined;

  constructor(
    { clock, lists }: Pick<Settings, 'clock' | 'lists'>,
    { watchers }: Pick<Projection, 'watchers'>,
    states: () => readonly ModelState[],
  ) {
    this.#clock = clock;
    this.#lists = lists;
    this.#watchers = watchers;
    this.#states = states;
  }

  /** Hears of every model at once, and then of each change; the returned function ends that. */
  add(listener: ModelListener): () => void {
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.add(listener);
    for (const model of this.#states()) hear(listener, { model, before: undefined });
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  /** Something changed: looks soon. */
  wake(): void {
    if (this.#listeners.size === 0 || this.#isSoon) return;
    this.#isSoon = true;
    this.#lookIn(TOGETHER_MS);
  }

  /** Tells nothing more. */
  close(): void {
    this.#listeners.clear();
    this.#told.clear();
    this.#cancel?.();
    this.#stop?.();
    this.#stop = undefined;
  }

  #begin(): void {
    const wake = (): void => this.wake();
    this.#watchers.add(wake);
    const off = this.#lists.onChange(wake);
    this.#stop = () => {
      this.#watchers.delete(wake);
      off();
    };
    for (const model of this.#states()) this.#told.set(model.name, statusIn(model));
    this.#lookIn(LOOK_MS);
  }

  #lookIn(delayMs: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(delayMs, () => this.#look());
  }

  #look(): void {
    this.#isSoon = false;
    const states = this.#states();
    const names = new Set(states.map(({ name }) => name));
    for (const gone of [...this.#told.keys()].filter((name) => !names.has(name))) {
      this.#told.delete(gone);
      this.#say({ gone });
    }
    for (const model of states) {
      const before = this.#told.get(model.name);
      const now = statusIn(model);
      if (before !== undefined && isSame(before, now)) continue;
      this.#told.set(model.name, now);
      this.#say({ model, before });
    }
    if (this.#listeners.size > 0) this.#lookIn(LOOK_MS);
  }

  #say(news: ModelNews | ModelGone): void {
    for (const listener of this.#listeners) hear(listener, news);
  }
}

function hear(listener: ModelListener, news: ModelNews | ModelGone): void {
  try {
    listener(news);
  } catch {
    // Who looks on must not break what is looked at.
  }
}

function statusIn({ connection, work, readiness, reason }: ModelStatus): ModelStatus {
  return { connection, work, readiness, reason };
}

function isSame(one: ModelStatus, other: ModelStatus): boolean {
  return (
    one.connection === other.connection &&
    one.work === other.work &&
    one.readiness === other.readiness &&
    one.reason === other.reason
  );
}
