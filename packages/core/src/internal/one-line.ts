const BREAKS = /[\n\r\t\v\f\u0085\u2028\u2029]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
const MARKS = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * What a stranger wrote, of which something goes into a sentence of ours: in one line, so that it passes for no other, and without what moves
 * a cursor, colours a screen or turns the direction of what follows. At most `most` characters.
 */
export function oneLineOf(text: string, most: number): string {
  return text.slice(0, most).replace(BREAKS, ' ').replace(MARKS, '');
}
