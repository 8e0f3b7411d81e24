import type { Cancellation } from './cancellation.ts';
import type { Deadline, Deadlines } from './deadlines.ts';

/** How long somebody waits for a piece of work, and what the waiting gives. What one of the functions throws, it rejects with. */
export interface Patience<T, R> {
  /** Ends the waiting early: it rejects with the reason. */
  readonly cancel: Cancellation;
  readonly deadlines: Deadlines;
  readonly timeoutMs: number;
  done(value: T): R | PromiseLike<R>;
  failed(error: unknown): R | PromiseLike<R>;
  /** The time is over. */
  late(): R | PromiseLike<R>;
}

/**
 * Waits for work until its time is over or somebody cancels, which the work is told by `own`. Work that does not hear
 * that is not waited for.
 */
export function within<T, R>(
  work: PromiseLike<T>,
  own: Cancellation,
  patience: Patience<T, R>,
): Promise<R> {
  const { cancel } = patience;
  if (cancel.aborted) {
    own.abort(cancel.reason);
    work.then(undefined, () => undefined);
    return Promise.reject(cancel.reason);
  }
  return new Promise((resolve, reject) => new Wait(own, patience, resolve, reject).on(work));
}

/** One waiting, as one object: most are over at once, and there are many. */
class Wait<T, R> {
  readonly #own: Cancellation;
  readonly #patience: Patience<T, R>;
  readonly #resolve: (result: R | PromiseLike<R>) => void;
  readonly #reject: (reason: unknown) => void;
  #deadline: Deadline | undefined;

  constructor(
    own: Cancellation,
    patience: Patience<T, R>,
    resolve: (result: R | PromiseLike<R>) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#own = own;
    this.#patience = patience;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  on(work: PromiseLike<T>): void {
    const { cancel, deadlines, timeoutMs } = this.#patience;
    this.#deadline = deadlines.add(timeoutMs, () => this.#late());
    cancel.onAbort(this.#giveUp);
    // What comes of it once nobody waits is nobody's business.
    work.then(
      (value) => this.#done(value),
      (error: unknown) => this.#failed(error),
    );
  }

  #done(value: T): void {
    if (!this.#stop()) return;
    try {
      this.#resolve(this.#patience.done(value));
    } catch (error) {
      this.#reject(error);
    }
  }

  #failed(cause: unknown): void {
    if (!this.#stop()) return;
    try {
      this.#resolve(this.#patience.failed(cause));
    } catch (error) {
      this.#reject(error);
    }
  }

  readonly #giveUp = (reason: unknown): void => {
    this.#stop();
    this.#own.abort(reason);
    this.#reject(reason);
  };

  #late(): void {
    this.#stop();
    this.#own.abort(new DOMException('It took too long.', 'TimeoutError'));
    try {
      this.#resolve(this.#patience.late());
    } catch (error) {
      this.#reject(error);
    }
  }

  /** Whether it went on until now. */
  #stop(): boolean {
    if (this.#deadline === undefined) return false;
    const { cancel, deadlines } = this.#patience;
    deadlines.remove(this.#deadline);
    this.#deadline = undefined;
    cancel.forget(this.#giveUp);
    return true;
  }
}
