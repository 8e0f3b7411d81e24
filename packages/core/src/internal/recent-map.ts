interface Entry<Value> {
  readonly key: string;
  value: Value;
  before: Entry<Value> | undefined;
  after: Entry<Value> | undefined;
}

/**
 * A map of a bounded number of entries, in the order in which they were set last: setting a known key makes it the
 * newest, and the oldest goes where there are too many. All in constant time; a `Map` whose keys are taken out and put
 * in again grows and is copied every few times.
 */
export class RecentMap<Value> {
  readonly #most: number;
  readonly #entries = new Map<string, Entry<Value>>();
  #oldest: Entry<Value> | undefined;
  #newest: Entry<Value> | undefined;

  /** Holds at most `most` entries, 1 or more. */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value of a key; its place in the order stays. */
  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Sets a value and makes its key the newest; returns the key that went for it, if one had to. */
  set(key: string, value: Value): string | undefined {
    const known = this.#entries.get(key);
    if (known === undefined) return this.#append(key, value);
    known.value = value;
    if (known === this.#newest) return undefined;
    this.#unlink(known);
    this.#link(known);
    return undefined;
  }

  /** Takes a key out; whether it was there. */
  delete(key: string): boolean {
    const known = this.#entries.get(key);
    if (known === undefined) return false;
    this.#entries.delete(key);
    this.#unlink(known);
    return true;
  }

  clear(): void {
    this.#entries.clear();
    this.#oldest = undefined;
    this.#newest = undefined;
  }

  /** Keys with their values, oldest first. */
  *[Symbol.iterator](): IterableIterator<readonly [key: string, value: Value]> {
    for (let entry = this.#oldest; entry !== undefined; entry = entry.after) {
      yield [entry.key, entry.value];
    }
  }

  #append(key: string, value: Value): string | undefined {
    const entry: Entry<Value> = { key, value, before: undefined, after: undefined };
    this.#entries.set(key, entry);
    this.#link(entry);
    if (this.#entries.size <= this.#most || this.#oldest === undefined) return undefined;
    const { key: gone } = this.#oldest;
    this.delete(gone);
    return gone;
  }

  #link(entry: Entry<Value>): void {
    entry.before = this.#newest;
    entry.after = undefined;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.after = entry;
    this.#newest = entry;
  }

  #unlink({ before, after }: Entry<Value>): void {
    if (before === undefined) this.#oldest = after;
    else before.after = after;
    if (after === undefined) this.#newest = before;
    else after.before = before;
  }
}
