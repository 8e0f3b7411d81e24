import { StoreError } from '@overseer/core/plugin';
import { isRefusal, type Refusal, type Write } from './protocol.ts';
import { toStoreError } from './store-error.ts';

/** UTF-16 units or bytes that go into one transaction, unless a single write is larger. */
const GROUP_SIZE = 8 * 1_048_576;

/** What may wait at once; a caller that does not wait for its writes must be stopped some time. */
const QUEUE_SIZE = 256 * 1_048_576;

/** Sends writes to the writer and gives the outcome of each, in their order. */
export type SendWrites<W = Write, O = string | null> = (
  writes: readonly W[],
) => Promise<readonly (O | Refusal)[]>;

interface Waiting<W, O> {
  readonly write: W;
  readonly size: number;
  readonly resolve: (outcome: O) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes one transaction of all writes that wait while another is under way (group commit). */
export class WriteQueue<W = Write, O = string | null> {
  readonly #send: SendWrites<W, O>;
  readonly #queueSize: number;
  #waiting: Waiting<W, O>[] = [];
  #size = 0;
  #working: Promise<void> | undefined;

  constructor(send: SendWrites<W, O>, queueSize: number = QUEUE_SIZE) {
    this.#send = send;
    this.#queueSize = queueSize;
  }

  /** Resolves when the write is durable, with what came of it: for a journal a blob's hash, or `null`. Rejects with `StoreError`. */
  push(write: W, size: number): Promise<O> {
    if (this.#waiting.length > 0 && this.#size + size > this.#queueSize) {
      const problem = `${this.#waiting.length} writes wait already: wait for them before writing more.`;
      return Promise.reject(new StoreError('store.busy', `The store cannot keep up, ${problem}`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, size, resolve, reject });
      this.#size += size;
      this.#working ??= this.#work();
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  async #work(): Promise<void> {
    // All that is pushed in this turn, and in answer to the same event, goes together.
    await undefined;
    while (this.#waiting.length > 0) await this.#sendGroup(this.#nextGroup());
    this.#working = undefined;
  }

  #nextGroup(): readonly Waiting<W, O>[] {
    let count = 0;
    let size = 0;
    for (const { size: next } of this.#waiting) {
      if (count > 0 && size + next > GROUP_SIZE) break;
      count++;
      size += next;
    }
    this.#size -= size;
    const group = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return group;
  }

  async #sendGroup(group: readonly Waiting<W, O>[]): Promise<void> {
    try {
      const outcomes = await this.#send(group.map(({ write }) => write));
      for (const [index, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[index] as O | Refusal;
        if (isRefusal(outcome)) reject(toStoreError(outcome));
        else resolve(outcome);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
