import { abortError, ModelError } from '@overseer/core/plugin';
import Bottleneck from 'bottleneck';
import type { BottleneckOptions } from './bottleneck-options.ts';

/** Calls that may wait for a turn; the kernel bounds calls by model, so only a host of its own reaches this. */
const MOST_WAITING = 1_000;

interface Waiter {
  /** Hands over the turn; `end` gives it back. */
  begin(end: () => void): void;
}

/**
 * Hands out turns in the order of asking. Bottleneck cannot take a job out of its queue, so it never has more than one
 * that has not started: that job's turn goes to whoever is first when it starts. A turn nobody wants any more is passed
 * over, so that after an abort the next call may start later than it must, by `minTime` at most, and never earlier.
 */
export class Turns {
  readonly #limiter: Bottleneck;
  /** A set keeps the order of asking, and whoever leaves does so at once. */
  readonly #waiting = new Set<Waiter>();
  #running = 0;
  #asked = false;
  #closing: PromiseWithResolvers<void> | undefined;

  constructor({ maxConcurrent, minTime }: BottleneckOptions) {
    this.#limiter = new Bottleneck({ maxConcurrent: maxConcurrent ?? null, minTime: minTime ?? 0 });
  }

  /** Calls that wait for a turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Calls that have a turn. */
  get running(): number {
    return this.#running;
  }

  /**
   * Resolves with the end of the turn when it has come. Throws `ModelError`: `aborted` or `timeout` as soon as the signal
   * aborts, `aborted` once closed, `overloaded` when 1,000 wait.
   */
  async take(signal: AbortSignal, where: string): Promise<() => void> {
    if (signal.aborted) throw abortError(signal, where);
    if (this.#closing !== undefined) {
      throw new ModelError('aborted', `${where}: its Bottleneck limiter is closed.`);
    }
    if (this.#waiting.size >= MOST_WAITING) {
      const what = `${MOST_WAITING} calls wait for its Bottleneck limiter already`;
      throw new ModelError('overloaded', `${where}: ${what}; call it later, or raise its bounds.`);
    }
    const turn = Promise.withResolvers<() => void>();
    const waiter: Waiter = { begin: turn.resolve };
    const leave = (): void => {
      this.#waiting.delete(waiter);
      this.#endIfIdle();
      turn.reject(abortError(signal, where));
    };
    this.#waiting.add(waiter);
    signal.addEventListener('abort', leave, { once: true });
    this.#ask();
    try {
      return await turn.promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Takes no more calls; resolves when those that wait and those that run have ended. A second time joins the first. */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = Promise.withResolvers();
      this.#endIfIdle();
    }
    return this.#closing.promise;
  }

  /** Has one job wait in Bottleneck while anybody waits here. */
  #ask(): void {
    if (this.#asked || this.#waiting.size === 0) return;
    this.#asked = true;
    this.#limiter
      .schedule(() => {
        this.#asked = false;
        const job = this.#begin();
        this.#ask();
        return job;
      })
      // Only the end of the limiter drops a job, and then nobody waits for it.
      .catch(() => undefined);
  }

  #begin(): Promise<void> {
    const [first] = this.#waiting;
    if (first === undefined) return Promise.resolve();
    this.#waiting.delete(first);
    this.#running += 1;
    const job = Promise.withResolvers<void>();
    first.begin(() => {
      this.#running -= 1;
      job.resolve();
      this.#endIfIdle();
    });
    return job.promise;
  }

  #endIfIdle(): void {
    if (this.#closing === undefined || this.#waiting.size > 0 || this.#running > 0) return;
    // Clears the timer of a turn that nobody took.
    this.#limiter
      .stop({ dropWaitingJobs: true })
      .then(this.#closing.resolve, this.#closing.resolve);
  }
}
