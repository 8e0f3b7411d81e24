import type { AbortListener, Stop } from './cancellation.ts';

/** Hears by a standard signal that something is aborted; once it has, nobody is called who comes later. */
export class SignalStop implements Stop {
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get aborted(): boolean {
    return this.#signal.aborted;
  }

  onAbort(listener: AbortListener): void {
    this.#signal.addEventListener('abort', listener, { once: true });
  }

  forget(listener: AbortListener): void {
    this.#signal.removeEventListener('abort', listener);
  }
}
