import { abortError } from '@overseer/core/plugin';
import { type TimeLimit, withinTime } from './within-time.ts';

/**
 * Work that many may wait for and one does: it goes on while anybody waits, however many of them leave, and is given up when
 * all have left or where it takes longer than its limit.
 */
export class SharedWork<T> {
  readonly #limit: TimeLimit;
  #running: Running<T> | undefined;

  constructor(limit: TimeLimit) {
    this.#limit = limit;
  }

  /** Whether the work is under way. */
  get running(): boolean {
    return this.#running !== undefined;
  }

  /** Joins the work that is under way, or begins it. Rejects with `ModelError` when this waiter's signal aborts. */
  join(signal: AbortSignal, begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal.aborted) return Promise.reject(abortError(signal, this.#limit.where));
    const running = this.#running ?? this.#begin(begin);
    running.waiting++;
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        signal.removeEventListener('abort', onAbort);
        running.waiting--;
      };
      const onAbort = (): void => {
        leave();
        if (running.waiting === 0) running.controller.abort();
        reject(abortError(signal, this.#limit.where));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      running.result.then(resolve, reject).finally(leave);
    });
  }

  #begin(begin: (signal: AbortSignal) => Promise<T>): Running<T> {
    const controller = new AbortController();
    const { signal: left } = controller;
    const result = withinTime({ signal: left }, this.#limit, ({ signal }) => begin(signal));
    const running = { controller, waiting: 0, result };
    this.#running = running;
    const over = (): void => {
      if (this.#running === running) this.#running = undefined;
    };
    running.result.then(over, over);
    // Given up at once, so that a newcomer begins anew instead of joining what is being aborted.
    controller.signal.addEventListener('abort', over, { once: true });
    return running;
  }
}

interface Running<T> {
  readonly controller: AbortController;
  readonly result: Promise<T>;
  waiting: number;
}
