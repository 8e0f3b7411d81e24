/** Those who hear what a store finds wrong with what it keeps. */
export class Troubles {
  readonly #listeners = new Set<(trouble: Error) => void>();

  /** Calls back with each from now on; the function that it gives ends it. */
  on(heard: (trouble: Error) => void): () => void {
    // A function that is given twice is called twice.
    const listener = (trouble: Error): void => heard(trouble);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells all of it. */
  tell(trouble: Error): void {
    for (const listener of this.#listeners) listener(trouble);
  }
}
