/** The latest values of many, in no order: a new one takes the place of the oldest, and nothing else moves. */
export class Latest<T> {
  readonly #values: T[] = [];
  readonly #most: number;
  #next = 0;

  /** Keeps at most `most`, 1 or more. */
  constructor(most: number) {
    this.#most = most;
  }

  get values(): readonly T[] {
    return this.#values;
  }

  /** Adds a value; gives the one that went for it, if one had to. */
  add(value: T): T | undefined {
    const gone = this.#values[this.#next];
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#most;
    return gone;
  }
}
