/** How many entries a cache of the writer keeps. */
const LIMIT = 8_192;

/** Remembers what the file says; forgets all at once when it is full, for the file knows. */
export class BoundedMap<Value> {
  readonly #entries = new Map<string, Value>();

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    if (this.#entries.size >= LIMIT) this.#entries.clear();
    this.#entries.set(key, value);
  }

  clear(): void {
    this.#entries.clear();
  }
}
