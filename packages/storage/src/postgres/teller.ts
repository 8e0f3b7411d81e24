import { setTimeout as sleep } from 'node:timers/promises';
import type { Use } from './compact-postgres.ts';

/** How long the next is held back after one was told, in ms: what comes meanwhile is told together. */
const TOGETHER_MS = 20;

/** The longest that a server takes, in bytes; who is not told of more looks by itself. */
const LONGEST = 7_900;

/**
 * Tells other processes that there is something new, outside of the transactions that wrote it, whose commits would wait for each other.
 * It is a hint: what cannot be told is found by looking.
 */
export class Teller {
  readonly #use: Use;
  readonly #channel: string;
  #news = new Set<string>();
  #telling: Promise<void> | undefined;

  constructor(use: Use, channel: string) {
    this.#use = use;
    this.#channel = channel;
  }

  tell(what: string): void {
    if (Buffer.byteLength(what) > LONGEST || what.includes('\0')) return;
    this.#news.add(what);
    this.#telling ??= this.#tellAll();
  }

  /** Resolves when all is told. */
  async close(): Promise<void> {
    await this.#telling;
  }

  async #tellAll(): Promise<void> {
    while (this.#news.size > 0) {
      const news = [...this.#news];
      this.#news = new Set();
      await this.#use((connection) =>
        connection.query({
          name: 'tell',
          text: 'SELECT pg_notify($1, what) FROM unnest($2::text[]) what',
          values: [this.#channel, news],
        }),
      ).catch(() => undefined);
      await sleep(TOGETHER_MS, undefined, { ref: false });
    }
    this.#telling = undefined;
  }
}
