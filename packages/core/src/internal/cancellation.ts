/** Hears that something was aborted, and why. */
export type AbortListener = (reason: unknown) => void;

/** By what it is heard that something is aborted. */
export interface Stop {
  readonly aborted: boolean;
  /** Calls back when it is aborted, unless it is told to `forget` that listener before. */
  onAbort(listener: AbortListener): void;
  forget(listener: AbortListener): void;
}

/**
 * A wish to stop, cheaper than an `AbortController` where nobody ever stops: the standard signal is made when somebody
 * asks for it. What is aborted stays so.
 */
export class Cancellation implements Stop {
  #aborted = false;
  #reason: unknown;
  #controller: AbortController | undefined;
  /** Most have one listener at a time, so that it is kept apart from the others. */
  #listener: AbortListener | undefined;
  #others: Set<AbortListener> | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  /** What `abort` was given first. */
  get reason(): unknown {
    return this.#reason;
  }

  /** The standard signal, for whoever takes one. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Stops everybody who listens; a second time does nothing. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    const first = this.#listener;
    const others = this.#others;
    this.#listener = undefined;
    this.#others = undefined;
    first?.(reason);
    for (const listener of others ?? []) listener(reason);
  }

  /** Calls back when it is aborted, at once when it is already, unless it is told to `forget` that listener before. */
  onAbort(listener: AbortListener): void {
    if (this.#aborted) listener(this.#reason);
    else if (this.#listener === undefined) this.#listener = listener;
    else {
      this.#others ??= new Set();
      this.#others.add(listener);
    }
  }

  /** Takes a listener back. */
  forget(listener: AbortListener): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#others?.delete(listener);
  }
}
