import type { Connection } from './connection.ts';
import type { Connect } from './connection-pool.ts';

/** One session for work that must come in order; a new one takes its place when it breaks. */
export class Session {
  readonly #connect: Connect;
  #connection: Connection | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;
  #isGivenUp = false;

  constructor(connect: Connect, first?: Connection) {
    this.#connect = connect;
    this.#connection = first;
  }

  /** Does one thing after another. Rejects with the driver's errors and with those of connecting. */
  use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    // It would open a connection that nobody ends.
    if (this.#closed) return Promise.reject(new Error('Connection terminated: it was closed'));
    const done = this.#last.then(async () => work(await this.#open()));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Ends it after what was asked before. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    await this.#connection?.end();
  }

  /** Gives it up at once: whatever is asked fails. */
  abandon(): void {
    this.#closed = true;
    this.#isGivenUp = true;
    this.#connection?.break(new Error('Connection terminated: it was given up'));
  }

  async #open(): Promise<Connection> {
    if (this.#isGivenUp) throw new Error('Connection terminated: it was given up');
    if (this.#connection === undefined || this.#connection.broken !== undefined) {
      this.#connection = await this.#connect();
      // Meanwhile it may have been.
      if (this.#isGivenUp) this.abandon();
    }
    return this.#connection;
  }
}
