import { StoreError } from '@overseer/core/plugin';
import type { Connection } from './connection.ts';

/** How many may wait for a connection; whoever asks for more does not wait for answers. */
const QUEUE_SIZE = 100_000;

/** Opens a session. */
export type Connect = () => Promise<Connection>;

interface Waiter {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: unknown) => void;
}

/** A bounded number of sessions for whoever needs one for a moment. */
export class ConnectionPool {
  readonly #connect: Connect;
  readonly #size: number;
  readonly #idle: Connection[] = [];
  readonly #waiting: Waiter[] = [];
  #count = 0;
  readonly #all = new Set<Connection>();
  #closed = false;

  constructor(connect: Connect, size: number) {
    this.#connect = connect;
    this.#size = size;
  }

  /** Works with a session of its own, and gives it back. Rejects with the driver's errors and with those of connecting. */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#take();
    try {
      return await work(connection);
    } finally {
      this.#giveBack(connection);
    }
  }

  /** Ends all sessions once they are idle; those that wait go without. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('Connection terminated'));
    await Promise.all(this.#idle.splice(0).map((connection) => connection.end()));
  }

  /** Gives all up at once: whatever is asked fails. */
  abandon(): void {
    this.#closed = true;
    const error = new Error('Connection terminated: it was given up');
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    for (const connection of this.#all) connection.break(error);
  }

  async #take(): Promise<Connection> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.broken === undefined) return idle;
      this.#count--;
    }
    if (this.#count < this.#size) return await this.#open();
    if (this.#waiting.length >= QUEUE_SIZE) {
      throw new StoreError(
        'store.busy',
        `${QUEUE_SIZE} reads wait already: wait for them before reading more.`,
      );
    }
    return await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async #open(): Promise<Connection> {
    this.#count++;
    try {
      const connection = await this.#connect();
      this.#note(connection);
      return connection;
    } catch (error) {
      this.#count--;
      // Else they might wait for a session that nobody opens any more.
      for (const { reject } of this.#waiting.splice(0)) reject(error);
      throw error;
    }
  }

  #note(connection: Connection): void {
    for (const one of this.#all) if (one.broken !== undefined) this.#all.delete(one);
    this.#all.add(connection);
  }

  #giveBack(connection: Connection): void {
    if (this.#closed) {
      void connection.end();
      return;
    }
    const waiter = this.#waiting.shift();
    if (connection.broken === undefined) {
      if (waiter === undefined) this.#idle.push(connection);
      else waiter.resolve(connection);
      return;
    }
    this.#count--;
    if (waiter !== undefined) this.#open().then(waiter.resolve, waiter.reject);
  }
}
