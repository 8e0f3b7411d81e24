import { OverseerError } from '../errors/overseer-error.ts';
import { StoreError } from '../errors/store-error.ts';
import type { Clock } from '../internal/clock.ts';
import type { Ids } from '../internal/ids.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { EventLog, StateStore } from '../spec/store.ts';
import type { EventDraft } from './draft.ts';
import { EVENT_VERSION } from './event-version.ts';
import { Followers } from './followers.ts';
import type { Redactor } from './redactor.ts';

/** What a journal is made of. */
export interface JournalOptions {
  readonly store: StateStore;
  readonly stream: string;
  /** The fencing token under which it writes. */
  readonly epoch: number;
  /** The last `seq` that the stream has. */
  readonly head: number;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Writes to the store, in as many tries as it takes; the store itself where left out. */
  readonly write?: EventLog['append'];
  /** Makes an event true in memory; called in the same turn that appends it. */
  readonly apply: (event: OverseerEvent) => void;
  /** Takes out of an event what must not be written; whoever works on hears the event as it was. */
  readonly redact?: Redactor | undefined;
}

interface Batch {
  readonly events: OverseerEvent[];
  readonly durable: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * The one writer of a stream. `append` gives events their place and applies them to memory in the same turn; whatever
 * acts on them waits for `durable`. Appends of one turn, and all that come while a write is under way, become one
 * write (group commit). A failed write is fatal: memory is ahead of the truth, and every later append throws.
 */
export class Journal {
  readonly stream: string;
  readonly epoch: number;
  readonly followers: Followers = new Followers();
  readonly #options: JournalOptions;
  #seq: number;
  #batch: Batch | undefined;
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;
  #sealed: Error | undefined;
  readonly #onFailure: ((error: Error) => void)[] = [];

  constructor(options: JournalOptions) {
    this.#options = options;
    this.stream = options.stream;
    this.epoch = options.epoch;
    this.#seq = options.head;
  }

  /** The error that ended it, if any. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Calls back once when the journal ends, as a failed write makes it; at once when it has. */
  whenFailed(listener: (error: Error) => void): void {
    this.#onFailure.push(listener);
    if (this.#failure !== undefined) listener(this.#failure);
  }

  /** The `seq` of the last event, durable or not. */
  get head(): number {
    return this.#seq;
  }

  /**
   * Appends and applies; the promise resolves when the events would survive a power cut. All appends of one batch get
   * the same promise. Throws the failure that ended the journal.
   */
  append(drafts: readonly EventDraft[]): Promise<void> {
    const closed = this.closed;
    if (closed !== undefined) throw closed;
    const batch = this.#openBatch();
    const { redact } = this.#options;
    const at = this.#options.clock.now();
    for (const draft of drafts) {
      const event = this.#place(draft, at);
      batch.events.push(redact === undefined ? event : redact(event));
      this.#options.apply(event);
    }
    return batch.durable;
  }

  /** Resolves when everything appended so far is durable. Rejects with the failure that ended the journal. */
  async settled(): Promise<void> {
    if (this.#failure === undefined) await (this.#batch?.durable ?? this.#writing);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Why nothing more is taken: it failed, or its last word is said. */
  get closed(): Error | undefined {
    return this.#failure ?? this.#sealed;
  }

  /** Appends the last events, in the turn in which it takes no others any more: those that come later get `reason`. */
  seal(drafts: readonly EventDraft[], reason: Error): Promise<void> {
    const durable = this.append(drafts);
    this.#sealed = reason;
    return durable;
  }

  /** Ends it: whoever writes it may do so no more. Does nothing once it has ended. */
  end(failure: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#batch?.reject(failure);
    this.#batch = undefined;
    this.followers.fail(failure);
    for (const listener of this.#onFailure) listener(failure);
  }

  #place(draft: EventDraft, at: number): OverseerEvent {
    // Spelled out and in one order, so that every event has the same shape in memory; this is the hottest line there is.
    const event = {
      id: this.#options.ids(),
      stream: this.stream,
      seq: ++this.#seq,
      at,
      type: draft.type,
      v: EVENT_VERSION[draft.type],
      epoch: this.epoch,
      actor: draft.actor ?? 'overseer',
      run: draft.run,
      task: draft.task,
      attempt: draft.attempt,
      call: draft.call,
      model: draft.model,
      data: draft.data,
    };
    return event as OverseerEvent;
  }

  #openBatch(): Batch {
    if (this.#batch !== undefined) return this.#batch;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Whoever waits sees the failure; an append that nobody waits for must not end the process.
    promise.catch(() => undefined);
    this.#batch = { events: [], durable: promise, resolve, reject };
    if (this.#writing === undefined) queueMicrotask(() => this.#write());
    return this.#batch;
  }

  #write(): void {
    const batch = this.#batch;
    if (batch === undefined || this.#writing !== undefined || this.#failure !== undefined) return;
    this.#batch = undefined;
    this.#writing = this.#commit(batch);
  }

  async #commit(batch: Batch): Promise<void> {
    try {
      const { store, write } = this.#options;
      if (write === undefined) await store.events.append(this.epoch, batch.events);
      else await write(this.epoch, batch.events);
    } catch (error) {
      this.#fail(batch, error);
      return;
    }
    this.#written(batch);
  }

  #written(batch: Batch): void {
    this.#writing = undefined;
    // What was under way when the journal ended is on disk all the same; but nobody may act on it any more.
    if (this.#failure !== undefined) {
      batch.reject(this.#failure);
      return;
    }
    this.followers.publish(batch.events);
    batch.resolve();
    this.#write();
  }

  #fail(batch: Batch, error: unknown): void {
    this.#writing = undefined;
    const failure = this.#failure ?? failureOf(error);
    batch.reject(failure);
    this.end(failure);
  }
}

function failureOf(error: unknown): Error {
  if (OverseerError.is(error)) return error;
  const words = `The journal could not be written: ${String(error)}.`;
  return new StoreError('store.failed', words, { cause: error });
}
