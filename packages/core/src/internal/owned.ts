/** Things that somebody holds, to be let go of together: what was taken last goes first, since it may need what was taken before. */
export class Owned {
  readonly #closes: (() => unknown)[] = [];
  #closed: Promise<void> | undefined;

  /** Takes something into the list, by the way to let go of it, which may be asynchronous. */
  add(close: () => unknown): void {
    this.#closes.push(close);
  }

  /**
   * Lets go of everything, one after the other. One that throws keeps none of the others; what was thrown first is thrown at the
   * end. Called again, it gives the same.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closes.pop(); close !== undefined; close = this.#closes.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
