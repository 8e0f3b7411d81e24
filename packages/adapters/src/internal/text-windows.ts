const FACTOR = 0x01000193;

/**
 * All runs of so many characters in a text, to ask quickly whether one of them is in another: by sums that roll along (Rabin and Karp),
 * so that neither text is cut to pieces.
 */
export class TextWindows {
  readonly #text: string;
  readonly #width: number;
  /** What the first character of a window has been multiplied with by its last. */
  readonly #first: number;
  readonly #sums = new Set<number>();

  constructor(text: string, width: number) {
    this.#text = text;
    this.#width = width;
    let first = 1;
    for (let at = 1; at < width; at++) first = Math.imul(first, FACTOR);
    this.#first = first;
    this.#roll(text, (sum) => {
      this.#sums.add(sum);
      return false;
    });
  }

  /** Whether any run of the width in `other` is in the text. */
  shares(other: string): boolean {
    return this.#roll(
      other,
      // Two runs may have one sum.
      (sum, at) => this.#sums.has(sum) && this.#text.includes(other.slice(at, at + this.#width)),
    );
  }

  /** Goes over all windows until one is `found`. */
  #roll(text: string, found: (sum: number, at: number) => boolean): boolean {
    const width = this.#width;
    let sum = 0;
    for (let end = 0; end < text.length; end++) {
      if (end >= width) {
        sum = (sum - Math.imul(text.charCodeAt(end - width), this.#first)) | 0;
      }
      sum = (Math.imul(sum, FACTOR) + text.charCodeAt(end)) | 0;
      if (end >= width - 1 && found(sum, end - width + 1)) return true;
    }
    return false;
  }
}
