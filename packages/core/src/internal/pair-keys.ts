/** Keys that are kept; models and kinds of task are words that others may make up. */
const KEPT = 4_096;

/**
 * Keys made of two words, each made once: whoever looks something up by a string that was just made has it put together and hashed
 * anew. Bounded; a key that was forgotten is made again, and the same.
 */
export class PairKeys {
  readonly #between: string;
  readonly #seconds = new Map<string, Map<string, string>>();
  #kept = 0;

  /** `between` parts the two words. */
  constructor(between: string) {
    this.#between = between;
  }

  /** The key of a pair. */
  of(first: string, second: string): string {
    return this.#seconds.get(second)?.get(first) ?? this.#make(first, second);
  }

  #make(first: string, second: string): string {
    if (this.#kept >= KEPT) {
      this.#seconds.clear();
      this.#kept = 0;
    }
    const key = `${first}${this.#between}${second}`;
    const firsts = this.#seconds.get(second);
    if (firsts === undefined) this.#seconds.set(second, new Map([[first, key]]));
    else firsts.set(first, key);
    this.#kept += 1;
    return key;
  }
}
