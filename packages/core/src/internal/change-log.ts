/** Changes that are remembered; who was away longer looks at everything anew. */
const KEPT = 1_024;

/**
 * Of what something else is known now, in the order of learning: whoever keeps what follows from knowledge asks what
 * changed since, instead of working all of it out again. Bounded.
 */
export class ChangeLog {
  readonly #names: string[] = [];
  #count = 0;
  /** Of the changes before this one nobody knows what they changed. */
  #from = 0;

  /** How many changes there were. */
  get count(): number {
    return this.#count;
  }

  /** Something else is known of this name. */
  note(name: string): void {
    this.#names[this.#count % KEPT] = name;
    this.#count += 1;
  }

  /** Anything may have changed. */
  reset(): void {
    this.#count += 1;
    this.#from = this.#count;
  }

  /** Gives what changed since there were `count` changes; `false` where that is not known any more, so that anything may have. */
  replay(count: number, take: (name: string) => void): boolean {
    if (count < this.#from || this.#count - count > KEPT) return false;
    for (let at = count; at < this.#count; at++) take(this.#names[at % KEPT] ?? '');
    return true;
  }
}
