import type { Cancellation } from './cancellation.ts';
import type { Clock } from './clock.ts';

/** Waits so long, at least 1 ms, or until it is cancelled. Never rejects. */
export async function pause(clock: Clock, ms: number, cancel: Cancellation): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  const forget = clock.after(Math.max(1, ms), stop);
  cancel.onAbort(stop);
  await promise;
  forget();
  cancel.forget(stop);
}
