import type { Cancellation } from './cancellation.ts';
import type { Deadlines } from './deadlines.ts';

/** How long somebody waits for a piece of work, and what the waiting gives. None of the functions may throw. */
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
  const { cancel, deadlines } = patience;
  if (cancel.aborted) {
    own.abort(cancel.reason);
    work.then(undefined, () => undefined);
    return Promise.reject(cancel.reason);
  }
  return new Promise((resolve, reject) => {
    let waiting = true;
    const stop = (): boolean => {
      if (!waiting) return false;
      waiting = false;
      deadlines.remove(deadline);
      cancel.forget(giveUp);
      return true;
    };
    const giveUp = (reason: unknown): void => {
      stop();
      own.abort(reason);
      reject(reason);
    };
    const deadline = deadlines.add(patience.timeoutMs, () => {
      stop();
      own.abort(new DOMException('It took too long.', 'TimeoutError'));
      resolve(patience.late());
    });
    cancel.onAbort(giveUp);
    // What comes of it once nobody waits is nobody's business.
    work.then(
      (value) => {
        if (stop()) resolve(patience.done(value));
      },
      (error: unknown) => {
        if (stop()) resolve(patience.failed(error));
      },
    );
  });
}
