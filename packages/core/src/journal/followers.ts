import type { OverseerEvent } from '../spec/event.ts';

/** Events a slow reader may be behind before it is sent back to the store. */
const QUEUE_LIMIT = 1_024;

/** One reader of what becomes durable. */
export interface Follower {
  /** Takes what came since the last call; `missed` says that some did not fit and must be read from the store; `ended` that no more will come. */
  take(): {
    readonly events: readonly OverseerEvent[];
    readonly missed: boolean;
    readonly ended: boolean;
  };
  /** Resolves when there is something to take; rejects when the journal failed. */
  changed(): Promise<void>;
  close(): void;
}

interface Entry {
  readonly run: string | undefined;
  events: OverseerEvent[];
  missed: boolean;
  wake: PromiseWithResolvers<void> | undefined;
}

/** Hands durable events to any number of readers; a slow one is never waited for. */
export class Followers {
  readonly #entries = new Set<Entry>();
  #failure: Error | undefined;
  #ended = false;

  /** Follows one run, or everything. */
  follow(run: string | undefined): Follower {
    const entry: Entry = { run, events: [], missed: false, wake: undefined };
    this.#entries.add(entry);
    return {
      take: () => {
        const taken = { events: entry.events, missed: entry.missed, ended: this.#ended };
        entry.events = [];
        entry.missed = false;
        return taken;
      },
      changed: () => {
        if (entry.events.length > 0 || entry.missed || this.#ended) return Promise.resolve();
        if (this.#failure !== undefined) return Promise.reject(this.#failure);
        entry.wake ??= Promise.withResolvers<void>();
        return entry.wake.promise;
      },
      close: () => {
        this.#entries.delete(entry);
        entry.wake?.resolve();
      },
    };
  }

  /** Gives durable events to whoever follows them. */
  publish(events: readonly OverseerEvent[]): void {
    for (const entry of this.#entries) {
      for (const event of events) {
        if (entry.run !== undefined && event.run !== entry.run) continue;
        if (entry.events.length < QUEUE_LIMIT) entry.events.push(event);
        else entry.missed = true;
      }
      if (entry.events.length > 0) wake(entry);
    }
  }

  /** Tells every reader that nothing more will come. */
  end(): void {
    this.#ended = true;
    for (const entry of this.#entries) wake(entry);
  }

  /** Tells every reader that the journal failed. */
  fail(error: Error): void {
    this.#failure = error;
    for (const entry of this.#entries) {
      entry.wake?.promise.catch(() => undefined);
      entry.wake?.reject(error);
      entry.wake = undefined;
    }
  }
}

function wake(entry: Entry): void {
  entry.wake?.resolve();
  entry.wake = undefined;
}
