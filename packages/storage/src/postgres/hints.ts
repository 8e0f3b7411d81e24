import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection.ts';

/** How long after a lost connection it is listened again, in ms. */
const AGAIN_MS = 1_000;

/** Hears in one session what processes tell each other. It is a hint: what is missed is found by looking. */
export class Hints {
  readonly #channel: string;
  readonly #open: () => Promise<Connection>;
  readonly #listeners = new Map<string, Set<() => void>>();
  #connection: Connection | undefined;
  #listening: Promise<void> | undefined;
  #closed = false;

  constructor(channel: string, open: () => Promise<Connection>) {
    this.#channel = channel;
    this.#open = open;
  }

  /** Calls back when that is told; the function that it gives ends it. */
  on(what: string, heard: () => void): () => void {
    const listeners = this.#listeners.get(what) ?? new Set();
    this.#listeners.set(what, listeners);
    listeners.add(heard);
    this.#listening ??= this.#listen();
    return () => {
      listeners.delete(heard);
      if (listeners.size === 0) this.#listeners.delete(what);
    };
  }

  /** Hears nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    await this.#connection?.end();
  }

  async #listen(): Promise<void> {
    while (!this.#closed) {
      try {
        if (this.#connection === undefined || this.#connection.broken !== undefined) {
          const connection = await this.#open();
          this.#connection = connection;
          if (this.#closed) await connection.end();
          else await connection.listen(this.#channel, (what) => this.#tell(what));
        }
      } catch {
        // Whoever waits looks by itself meanwhile.
      }
      await sleep(AGAIN_MS, undefined, { ref: false });
    }
  }

  #tell(what: string): void {
    for (const heard of this.#listeners.get(what) ?? []) heard();
  }
}
