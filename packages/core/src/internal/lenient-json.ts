import { DEEPEST } from './json-depth.ts';

/**
 * What was put right in a text that was to be JSON. `closed`: it ended without its last bracket, after a whole member;
 * `open`: so did an object or array in it, and more of its members may have been to come. `cut`: it ended in the middle of
 * a value, and what was missing is left out.
 */
export type JsonFix =
  | 'fence'
  | 'words'
  | 'comma'
  | 'quotes'
  | 'keys'
  | 'literal'
  | 'comment'
  | 'newline'
  | 'escape'
  | 'closed'
  | 'open'
  | 'cut';

/** One value that was read, as JSON, with where it ends; or why there is none. */
export type LenientValue =
  | { readonly ok: true; readonly json: string; readonly end: number }
  /** `isOne`: it did begin like an object or array, so that nothing inside it may stand for it. */
  | { readonly ok: false; readonly because: string; readonly isOne: boolean };

const LITERALS: Readonly<Record<string, string>> = {
  true: 'true',
  false: 'false',
  null: 'null',
  True: 'true',
  False: 'false',
  None: 'null',
};
const CLOSING: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”' };

/**
 * Reads the object or array that begins at `begin`, and writes it anew as JSON. What can be read in one way only is put
 * right and added to `fixes`; all else is refused. One pass, without going back.
 */
export function readLenient(text: string, begin: number, fixes: Set<JsonFix>): LenientValue {
  const reader = new LenientReader(text, begin, fixes);
  try {
    reader.value(0);
    return { ok: true, json: reader.out.join(''), end: reader.at };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const because = `${error.message}, at character ${reader.at + 1}`;
    return { ok: false, because, isOne: reader.hasBegun };
  }
}

/** There is no one way to read it. Never leaves this file. */
class Unreadable extends Error {}

class LenientReader {
  readonly out: string[] = [];
  at: number;
  /** A key with its colon, or an element, was read. */
  hasBegun = false;
  readonly #text: string;
  readonly #fixes: Set<JsonFix>;

  constructor(text: string, begin: number, fixes: Set<JsonFix>) {
    this.#text = text;
    this.at = begin;
    this.#fixes = fixes;
  }

  /** One value. `false` where the text ended before it began, or in the middle of a word or number, and nothing was written. */
  value(depth: number): boolean {
    if (depth > DEEPEST) throw new Unreadable(`it is more than ${DEEPEST} levels deep`);
    this.#space();
    const char = this.#text[this.at];
    if (char === undefined) return this.#cut();
    if (char === '{') return this.#object(depth);
    if (char === '[') return this.#array(depth);
    if (CLOSING[char] !== undefined) return this.#string(char);
    if (/[-+.\d]/.test(char)) return this.#number();
    return this.#literal();
  }

  #object(depth: number): true {
    this.#open('{');
    for (let isFirst = true; ; isFirst = false) {
      const comma = this.#between('}', isFirst, depth);
      if (comma === 'end') return true;
      const mark = this.out.length;
      if (comma === 'more' && !isFirst) this.out.push(',');
      // Where the text ends within a member, the whole member is left out.
      if (!this.#key() || !this.#colon() || !this.value(depth + 1)) {
        this.out.length = mark;
        this.out.push('}');
        return true;
      }
    }
  }

  #array(depth: number): true {
    this.#open('[');
    for (let isFirst = true; ; isFirst = false) {
      const comma = this.#between(']', isFirst, depth);
      if (comma === 'end') return true;
      const mark = this.out.length;
      if (!isFirst) this.out.push(',');
      if (!this.value(depth + 1)) {
        this.out.length = mark;
        this.out.push(']');
        return true;
      }
      this.hasBegun = true;
    }
  }

  #open(bracket: string): void {
    this.out.push(bracket);
    this.at += 1;
  }

  /** What stands before the next member, or the end with its bracket written. */
  #between(closing: '}' | ']', isFirst: boolean, depth: number): 'more' | 'end' {
    const from = this.at;
    this.#space();
    const char = this.#text[this.at];
    if (char === undefined) {
      this.#fixes.add(isFirst ? 'cut' : depth > 0 ? 'open' : 'closed');
      return this.#close(closing);
    }
    if (char === closing) {
      this.at += 1;
      return this.#close(closing);
    }
    if (isFirst) return 'more';
    if (char === ',') return this.#afterComma(closing);
    // Two members on two lines with nothing in between lack their comma.
    if (!this.#text.slice(from, this.at).includes('\n')) {
      throw new Unreadable(`${JSON.stringify(char)} stands where a comma or ${closing} should`);
    }
    this.#fixes.add('comma');
    return 'more';
  }

  #afterComma(closing: '}' | ']'): 'more' | 'end' {
    this.at += 1;
    this.#space();
    const char = this.#text[this.at];
    if (char === closing) {
      this.#fixes.add('comma');
      this.at += 1;
      return this.#close(closing);
    }
    if (char !== undefined) return 'more';
    this.#cut();
    return this.#close(closing);
  }

  #close(closing: string): 'end' {
    this.out.push(closing);
    return 'end';
  }

  #key(): boolean {
    this.#space();
    const char = this.#text[this.at];
    if (char === undefined) return this.#cut();
    if (CLOSING[char] !== undefined) return this.#string(char) && !this.#isOver();
    const name = this.#match(/[A-Za-z_$][\w$-]*/y);
    if (name === undefined) throw new Unreadable(`${JSON.stringify(char)} begins no key`);
    this.#fixes.add('keys');
    this.out.push(JSON.stringify(name));
    return !this.#isOver();
  }

  #colon(): boolean {
    this.#space();
    const char = this.#text[this.at];
    if (char === undefined) return this.#cut();
    if (char !== ':') throw new Unreadable(`${JSON.stringify(char)} stands where a colon should`);
    this.at += 1;
    this.hasBegun = true;
    this.out.push(':');
    return true;
  }

  /** A key that the text ends with has no value. */
  #isOver(): boolean {
    return this.at >= this.#text.length && !this.#cut();
  }

  #string(quote: string): true {
    if (quote !== '"') this.#fixes.add('quotes');
    const closing = CLOSING[quote] ?? quote;
    const pieces: string[] = [];
    this.at += 1;
    let from = this.at;
    for (; ; this.at++) {
      const char = this.#text[this.at];
      if (char === undefined || char === closing) {
        pieces.push(this.#text.slice(from, this.at));
        if (char === undefined) this.#cut();
        else this.at += 1;
        this.out.push(JSON.stringify(pieces.join('')));
        return true;
      }
      if (char === '\\') {
        pieces.push(this.#text.slice(from, this.at), this.#escape());
        from = this.at + 1;
      } else if (char < ' ') this.#fixes.add('newline');
    }
  }

  /** What an escape stands for; leaves off at its last character. */
  #escape(): string {
    const found = this.#match(/\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y);
    if (found !== undefined) {
      this.at -= 1;
      return JSON.parse(`"${found}"`) as string;
    }
    const next = this.#text[this.at + 1];
    if (next === undefined) return '';
    // A half of a character is no character, and where it ends nobody knows.
    if (next === 'u' && this.at + 6 > this.#text.length) {
      this.at = this.#text.length - 1;
      return '';
    }
    this.#fixes.add('escape');
    this.at += 1;
    return next === "'" ? next : `\\${next}`;
  }

  #number(): boolean {
    const found = this.#match(/[-+]?(?:\d[\d_]*)?\.?\d*(?:[eE][-+]?\d*)?/y) ?? '';
    // Another digit may have been to come.
    if (this.at >= this.#text.length) return this.#cut();
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(found)) {
      throw new Unreadable(`${JSON.stringify(found)} is no number of JSON`);
    }
    this.out.push(found);
    return true;
  }

  #literal(): boolean {
    const word = this.#match(/[A-Za-z]+/y);
    const json = word === undefined || !Object.hasOwn(LITERALS, word) ? undefined : LITERALS[word];
    if (json !== undefined) {
      if (json !== word) this.#fixes.add('literal');
      this.out.push(json);
      return true;
    }
    if (word !== undefined && this.at >= this.#text.length) return this.#cut();
    throw new Unreadable(`${JSON.stringify(word ?? this.#text[this.at])} is no value`);
  }

  #space(): void {
    while (true) {
      this.#match(/[\s\uFEFF]+/y);
      const comment = this.#match(/\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y);
      if (comment === undefined) return;
      this.#fixes.add('comment');
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined || found === '') return undefined;
    this.at += found.length;
    return found;
  }

  #cut(): false {
    this.#fixes.add('cut');
    return false;
  }
}
