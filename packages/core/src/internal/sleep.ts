import type { Clock } from './clock.ts';

/** Resolves after `ms`. Rejects with the signal's reason when that aborts before. */
export function sleep(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const cancel = clock.after(ms, end);
    const stop = (): void => {
      cancel();
      reject(signal?.reason);
    };
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
