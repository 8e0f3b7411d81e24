/** Lets a text through up to the first of some words, and holds back what may be the beginning of one. */
export class StopText {
  readonly #words: readonly string[];
  #held = '';
  #stopped = false;

  constructor(words: readonly string[]) {
    this.#words = words.filter((word) => word !== '');
  }

  /** Whether one of the words has come. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** What of the text so far may be shown now. */
  push(text: string): string {
    if (this.#stopped) return '';
    const all = this.#held + text;
    const places = this.#words.map((word) => all.indexOf(word)).filter((place) => place >= 0);
    if (places.length > 0) {
      this.#stopped = true;
      this.#held = '';
      return all.slice(0, Math.min(...places));
    }
    const kept = Math.max(0, ...this.#words.map((word) => beginningAtEnd(all, word)));
    this.#held = all.slice(all.length - kept);
    return all.slice(0, all.length - kept);
  }

  /** What was held back and is no word after all. */
  end(): string {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }
}

/** How many characters at the end of a text begin a word. */
function beginningAtEnd(text: string, word: string): number {
  for (let length = Math.min(word.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(word.slice(0, length))) return length;
  }
  return 0;
}
