/** A text as the terms that occur in it, hashed to 16 bits and ascending, with how often each does (at most 255). */
export interface TextVector {
  readonly terms: Uint16Array;
  readonly counts: Uint8Array;
}

/** How many different terms there are: hashes beyond them fall together. */
export const TERMS = 65_536;

/** Terms that are read, packed or unpacked before everything else has its turn: some ms of work. */
export const TERMS_AT_ONCE = 4_000;

/** A text says what it is about at its start. */
const MOST_CHARACTERS = 8_000;
/** Different terms of one text. */
const MOST_TERMS = 1_024;
/** Longer words are also known by this many letters at their start, so that their forms are alike. */
const STEM = 5;

const WORDS = /\p{L}+|\p{N}+|[^\s\p{L}\p{N}]/gu;

/** Reads a text as words, stems of long words, and pairs of words that follow each other. Pure and bounded. */
export function textVector(text: string): TextVector {
  const found = new Map<number, number>();
  const add = (kind: string, term: string): void => {
    const hash = hashOf(kind, term);
    const count = found.get(hash);
    if (count !== undefined) found.set(hash, Math.min(count + 1, 255));
    else if (found.size < MOST_TERMS) found.set(hash, 1);
  };
  let before: string | undefined;
  for (const word of text.slice(0, MOST_CHARACTERS).toLowerCase().match(WORDS) ?? []) {
    add('word', word);
    if (word.length > STEM) add('stem', word.slice(0, STEM));
    if (before !== undefined) add('pair', `${before} ${word}`);
    before = word;
  }
  const terms = new Uint16Array(found.size);
  let at = 0;
  for (const term of found.keys()) {
    terms[at] = term;
    at += 1;
  }
  terms.sort();
  const counts = new Uint8Array(terms.length);
  for (let place = 0; place < terms.length; place++) {
    counts[place] = found.get(terms[place] ?? 0) ?? 0;
  }
  return { terms, counts };
}

/** How much each count of a term weighs: half as often again does not mean half as much again. */
export const weightOf: Float64Array = Float64Array.from({ length: 256 }, (_, count) =>
  count === 0 ? 0 : 1 + Math.log(count),
);

/** The length of a vector of such weights. */
export function normOf({ counts }: TextVector): number {
  let sum = 0;
  for (const count of counts) sum += (weightOf[count] ?? 0) ** 2;
  return Math.sqrt(sum);
}

/** A vector as text for a snapshot. */
export function packVector({ terms, counts }: TextVector): string {
  const bytes = new Uint8Array(terms.length * 3);
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] ?? 0;
    bytes[at * 3] = term >> 8;
    bytes[at * 3 + 1] = term & 255;
    bytes[at * 3 + 2] = counts[at] ?? 0;
  }
  return Buffer.from(bytes).toString('base64');
}

/** Reads what `packVector` wrote. */
export function unpackVector(text: string): TextVector {
  const bytes = Buffer.from(text, 'base64');
  const length = Math.floor(bytes.length / 3);
  return {
    terms: Uint16Array.from(
      { length },
      (_, at) => ((bytes[at * 3] ?? 0) << 8) | (bytes[at * 3 + 1] ?? 0),
    ),
    counts: Uint8Array.from({ length }, (_, at) => bytes[at * 3 + 2] ?? 0),
  };
}

/** FNV-1a, folded to 16 bits. */
function hashOf(kind: string, term: string): number {
  let hash = kind === 'word' ? 0x811c9dc5 : kind === 'stem' ? 0x01000193 : 0x050c5d1f;
  for (let at = 0; at < term.length; at++) {
    hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash >>> 16) ^ hash) & (TERMS - 1);
}
