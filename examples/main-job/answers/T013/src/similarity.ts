import { splitGraphemes } from './graphemes.ts';

/**
 * Counts the edits that turn one text into the other: graphemes put in, taken out or changed. Both are normalised
 * first, so that two encodings of the same letter are equal; case counts. Time grows with the product of the lengths,
 * memory with the shorter of them.
 */
export function levenshtein(a: string, b: string): number {
  return distance(normalised(a), normalised(b));
}

/** Says how alike two texts are, from 0 (nothing in place) to 1 (equal): 1 less the edits per grapheme of the longer. */
export function similarity(a: string, b: string): number {
  const left = normalised(a);
  const right = normalised(b);
  const longest = Math.max(left.length, right.length);
  return longest === 0 ? 1 : 1 - distance(left, right) / longest;
}

/** Wagner and Fischer's table of distances, of which only the row above is kept. */
function distance(a: readonly string[], b: readonly string[]): number {
  const [long, short] = a.length < b.length ? [b, a] : [a, b];
  let above = Array.from({ length: short.length + 1 }, (_, column) => column);
  long.forEach((character, index) => {
    const row = [index + 1];
    short.forEach((other, column) => {
      const changed = (above[column] ?? 0) + (character === other ? 0 : 1);
      const removed = (above[column + 1] ?? 0) + 1;
      const added = (row[column] ?? 0) + 1;
      row.push(Math.min(changed, removed, added));
    });
    above = row;
  });
  return above.at(-1) ?? 0;
}

function normalised(text: string): string[] {
  return splitGraphemes(text.normalize('NFC'));
}
