/**
 * The length of a piece from which on another one begins. V8 keeps strings of more than 128 KiB apart from all others, each in memory of its
 * own: to make, to read and to free many of those takes several times as long.
 */
const LONG = 32_768;

/** Joins texts of JSON to arrays that are not long, however many there are. */
export class Pieces {
  readonly #pieces: string[] = [];
  #texts: string[] = [];
  #length = 0;

  add(text: string): void {
    this.#texts.push(text);
    this.#length += text.length;
    if (this.#length >= LONG) this.#close();
  }

  /** All arrays, in the order of their texts. */
  end(): readonly string[] {
    if (this.#texts.length > 0) this.#close();
    return this.#pieces;
  }

  #close(): void {
    this.#pieces.push(`[${this.#texts.join(',')}]`);
    this.#texts = [];
    this.#length = 0;
  }
}
