/** Pulls a stream, such as the body of a `fetch`, which can be held and given up in between, also where that `fetch` does not listen to its signal. */
export class BodyPull<Piece = Uint8Array> {
  #source: ReadableStreamDefaultReader<Piece> | undefined;
  #paused: PromiseWithResolvers<void> | undefined;
  #stopped = false;

  /** Hands on each piece as it comes. Says whether the body came to its end: not where it was stopped. */
  async run(body: ReadableStream<Piece> | null, take: (piece: Piece) => void): Promise<boolean> {
    this.#source = body?.getReader();
    if (this.#stopped) this.#cancel();
    for (;;) {
      const step = await this.#source?.read();
      if (this.#stopped) return false;
      if (step === undefined || step.done) return true;
      take(step.value);
      if (this.#paused !== undefined) await this.#paused.promise;
    }
  }

  /** Asks for nothing more until `resume()`. */
  pause(): void {
    this.#paused ??= Promise.withResolvers();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  /** Gives the body up: also one that is still to come. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.resume();
  }

  #cancel(): void {
    // It fails where the body has failed already, which `run` tells.
    this.#source?.cancel().catch(() => undefined);
  }
}
