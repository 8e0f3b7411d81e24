import { abortError, type Clock, type ModelError } from '@overseer/core/plugin';
import { idleError } from './idle-error.ts';

/** For how long something may be silent, and what it belongs to. */
export interface Silence {
  readonly clock: Clock;
  /** In ms. */
  readonly mostMs: number;
  readonly where: string;
  /** Ends it too. */
  readonly signal: AbortSignal;
  /** What it fails with; the default says that nothing came. */
  readonly error?: () => ModelError;
}

/**
 * Asks, unless no word comes within `mostMs` of the beginning or of the last `heard()`: then it rejects with `ModelError`
 * `timeout`, and the signal that it gave is aborted. It rejects at once where `signal` aborts. Whoever is asked need not listen.
 */
export function unlessSilent<T>(
  { clock, mostMs, where, signal, error = () => idleError(where, mostMs) }: Silence,
  ask: (signal: AbortSignal, heard: () => void) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const wait = (): (() => void) =>
      clock.after(Math.min(mostMs, LONGEST_MS), () => giveUp(error()));
    let stop = wait();
    const leave = (): void => {
      stop();
      signal.removeEventListener('abort', onAbort);
    };
    const giveUp = (because: ModelError): void => {
      leave();
      reject(because);
      controller.abort(because);
    };
    const onAbort = (): void => giveUp(abortError(signal, where));
    const heard = (): void => {
      if (controller.signal.aborted) return;
      stop();
      stop = wait();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) return onAbort();
    ask(controller.signal, heard).then(
      (answer) => {
        leave();
        resolve(answer);
      },
      (thrown: unknown) => {
        leave();
        reject(thrown);
      },
    );
  });
}

/** What timers can wait at most, in ms. */
export const LONGEST_MS: number = 2 ** 31 - 1;
