/** A key that holds the text of a chunk, and the quote that opens it. */
const KEY = '"content":"';

/**
 * Reads the text out of stream chunks that differ in nothing else, without parsing them: a chunk with the same characters
 * before and after its text as one that was parsed, and a text without escapes, is the same document with another text.
 */
export class TextTemplate {
  #before: string | undefined;
  #after = '';

  /** Learns from a chunk that was parsed, and whose only content is `text`. */
  learn(chunk: string, text: string): void {
    if (text === '') {
      this.#before = undefined;
      return;
    }
    const start = chunk.indexOf(KEY);
    const end = start + KEY.length + text.length;
    const fits =
      start !== -1 &&
      chunk.startsWith(text, start + KEY.length) &&
      chunk.charCodeAt(end) === 34 &&
      chunk.indexOf(KEY, end) === -1;
    this.#before = fits ? chunk.slice(0, start + KEY.length) : undefined;
    this.#after = fits ? chunk.slice(end) : '';
  }

  /** The text of a chunk that fits what was learnt; `undefined` where only a parser can tell. */
  match(chunk: string): string | undefined {
    const before = this.#before;
    if (before === undefined) return undefined;
    const end = chunk.length - this.#after.length;
    if (end <= before.length) return undefined;
    // Slices compared, since `startsWith` goes character by character.
    if (chunk.slice(0, before.length) !== before || chunk.slice(end) !== this.#after) {
      return undefined;
    }
    const text = chunk.slice(before.length, end);
    return isPlain(text) ? text : undefined;
  }
}

/** Whether a text stands in JSON as it is. */
function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 34 || code === 92 || code < 32) return false;
  }
  return true;
}
