import type { AbortListeners } from '../internal/abort-listeners.ts';
import type { Run } from './run-handle.ts';

/** Cancels a run when a signal says so, until it is over. A cancellation that fails is heard of where the run's result is. */
export function cancelOn(aborts: AbortListeners, signal: AbortSignal, run: Run): void {
  const takeBack = aborts.add(signal, (reason) => {
    const why = reason instanceof Error ? reason.message : String(reason);
    run.cancel(`cancelled by its signal: ${why}`).catch(() => undefined);
  });
  run.result.then(takeBack, takeBack);
}
