import type { EventDraft } from '../journal/draft.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { ModelEvent } from '../spec/model.ts';
import { ChangedModels } from './changed-models.ts';
import type { ModelStatus } from './model-status.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';
import { StatusBook } from './status-book.ts';

/** A model of which one of its two states, or the code of its reason, is another. */
export interface ModelNews {
  readonly model: string;
  readonly now: ModelStatus;
  /** `undefined` for one that came into the team, and at the begin. */
  readonly before: ModelStatus | undefined;
}

/** A model that left the team. */
export interface ModelGone {
  readonly gone: string;
}

/** Who hears of models. */
export type ModelListener = (news: ModelNews | ModelGone) => void;

/** What is written down of models. */
export type WriteDown = (drafts: readonly EventDraft[]) => void;

/** Nothing but time passes by itself; what changes with it is looked for this often while somebody listens, in ms. */
const LOOK_MS = 500;

/**
 * Tells of each change of the status of a model, once, right after the turn in which it happened: what happens in one turn is one change.
 * Connections and failures are written down too; what a model is at is only told. What changes because time passes, or through a
 * limit that models share, is told within half a second.
 */
export class StatusWatch {
  readonly #settings: Pick<Settings, 'clock' | 'lists' | 'members'>;
  readonly #projection: Pick<Projection, 'breakers' | 'runs'>;
  readonly #book: StatusBook;
  readonly #changed: ChangedModels;
  readonly #write: WriteDown;
  readonly #listeners = new Set<ModelListener>();
  /** By model: since when it may stand in another way, epoch ms, and the run in which that happened. */
  #marked = new Map<string, Marked>();
  readonly #mark = (model: string): void => void this.#marked.set(model, this.#latest);
  readonly #off: () => void;
  #latest: Marked = { at: 0, run: undefined };
  #news: (ModelNews | ModelGone)[] = [];
  /** What the breakers had counted at the last event; at first nothing is taken for known. */
  #changes = -1;
  #isSoon = false;
  #cancel: (() => void) | undefined;

  constructor(
    settings: Pick<Settings, 'clock' | 'lists' | 'members'>,
    projection: Projection,
    write: WriteDown,
  ) {
    this.#settings = settings;
    this.#projection = projection;
    this.#write = write;
    this.#book = new StatusBook(settings, projection);
    this.#changed = new ChangedModels(projection.breakers);
    const take = (event: OverseerEvent): void => this.#take(event);
    projection.followers.add(take);
    const unlisten = settings.lists.onChange(() => this.wake());
    this.#off = () => {
      projection.followers.delete(take);
      unlisten();
    };
    const nowMs = settings.clock.now();
    for (const name of settings.members.keys()) this.#book.look(name, nowMs);
  }

  /** Hears of every model at once, and then of each change; the returned function ends that. */
  add(listener: ModelListener): () => void {
    this.#lookAtAll();
    this.#tell();
    if (this.#listeners.size === 0) this.#lookAgain();
    this.#listeners.add(listener);
    for (const [model, now] of this.all()) hear(listener, { model, now, before: undefined });
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#cancel?.();
    };
  }

  /** How each model of the team stands now. */
  all(): ReadonlyMap<string, ModelStatus> {
    return this.#lookAtAll();
  }

  /** Something changed that is no event: looks at all models, right after this turn. */
  wake(): void {
    this.#latest = { at: this.#settings.clock.now(), run: undefined };
    this.#markAll();
  }

  /** A model is loaded by order, until the returned function is called. */
  loading(model: string): () => void {
    const order = {};
    this.#book.load(order, model);
    this.wake();
    return () => {
      this.#book.loaded(order);
      this.wake();
    };
  }

  /** Hears what a call says, by which it is known whether its model is being loaded. */
  hear(attempt: string, model: string, event: ModelEvent): void {
    const isLoading = event.type === 'progress' && event.phase === 'load';
    if (isLoading) this.#book.load(attempt, model);
    else if (this.#book.loaded(attempt) === undefined) return;
    this.wake();
  }

  /** Tells nothing more. */
  close(): void {
    this.#listeners.clear();
    this.#marked.clear();
    this.#cancel?.();
    this.#off();
  }

  #take(event: OverseerEvent): void {
    if (event.type === 'model.changed') {
      this.#changed.take(event);
      return;
    }
    this.#latest = event;
    this.#book.take(event, this.#mark);
    const { changes } = this.#projection.breakers;
    if (changes !== this.#changes) {
      this.#changes = changes;
      this.#markAll();
    } else if (this.#marked.size > 0) this.#soon();
  }

  #markAll(): void {
    for (const name of this.#book.names) this.#mark(name);
    this.#soon();
  }

  #soon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    queueMicrotask(this.#lookNow);
  }

  readonly #lookNow = (): void => {
    this.#isSoon = false;
    this.#lookAtMarked();
    this.#tell();
  };

  #lookAtMarked(): void {
    if (this.#marked.size === 0) return;
    const nowMs = this.#settings.clock.now();
    const marked = this.#marked;
    this.#marked = new Map();
    const { runs } = this.#projection;
    const drafts: EventDraft[] = [];
    for (const [name, { at, run }] of marked) {
      // A run that ended, in the meantime or before this process, has had its last word.
      const open = run === undefined ? undefined : runs.get(run);
      const isOpen = open !== undefined && open.outcome === undefined;
      const draft = this.#look(name, nowMs, at, isOpen ? run : undefined);
      if (draft !== undefined) drafts.push(draft);
    }
    if (drafts.length > 0) this.#write(drafts);
  }

  #lookAtAll(): ReadonlyMap<string, ModelStatus> {
    this.#lookAtMarked();
    const nowMs = this.#settings.clock.now();
    const all = new Map<string, ModelStatus>();
    for (const name of this.#settings.members.keys()) {
      const { before, now, isNew } = this.#book.look(name, nowMs);
      if (now === undefined) continue;
      all.set(name, now);
      if (isNew) this.#note({ model: name, now, before });
    }
    if (this.#news.length > 0) this.#soon();
    return all;
  }

  /** What is to be written of it, if anything. */
  #look(name: string, nowMs: number, at: number, run: string | undefined): EventDraft | undefined {
    const { before, now, isNew } = this.#book.look(name, nowMs, at);
    if (now === undefined) {
      if (isNew) this.#note({ gone: name });
      this.#changed.forget(name);
      return undefined;
    }
    if (isNew) this.#note({ model: name, now, before });
    return this.#changed.draftOf(name, now, run);
  }

  #note(news: ModelNews | ModelGone): void {
    if (this.#listeners.size > 0) this.#news.push(news);
  }

  #tell(): void {
    const news = this.#news;
    if (news.length === 0) return;
    this.#news = [];
    for (const one of news) for (const listener of this.#listeners) hear(listener, one);
  }

  #lookAgain(): void {
    this.#cancel = this.#settings.clock.after(LOOK_MS, () => {
      this.#lookAtAll();
      this.#lookAgain();
    });
  }
}

interface Marked {
  readonly at: number;
  readonly run?: string | undefined;
}

function hear(listener: ModelListener, news: ModelNews | ModelGone): void {
  try {
    listener(news);
  } catch {
    // Who looks on must not break what is looked at.
  }
}
