const BREAKS = /[\n\r\t\v\f\u0085\u2028\u2029]+/g;
const MARKS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * What a stranger wrote, of which something goes into a sentence of ours: in one line, so that it passes for no other, and without what moves
 * a cursor, colours a screen or turns the direction of what follows. At most `most` characters.
 */
export function oneLineOf(text: string, most: number): string {
  return text.slice(0, most).replace(BREAKS, ' ').replace(MARKS, '');
}
