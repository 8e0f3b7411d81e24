const PRINTABLE_ASCII = /^[\u0020-\u007e]*$/;
const NONE = /^(?:\p{Mark}|\p{Format})/u;
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/**
 * How many columns of a terminal a text takes, or a few more: letters of East Asia and emoji take two, marks none
 * (Unicode Standard Annex 11).
 */
export function widthOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** One line of at most `width` columns, white space pressed together; what is cut shows as `…`. */
export function cut(text: string, width: number): string {
  return clip(text.replace(/\s+/g, ' ').trimEnd(), width);
}

/** A line of at most `width` columns with its spaces as they are; what is cut shows as `…`. */
export function clip(line: string, width: number): string {
  if (widthOf(line) <= width) return line;
  if (width < 1) return '';
  let taken = '';
  let used = 1;
  for (const character of line) {
    used += columnsOf(character);
    if (used > width) break;
    taken += character;
  }
  return `${taken}…`;
}

/** A text filled up to `width` columns with spaces, behind it or before it. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? `${text}${spaces}` : `${spaces}${text}`;
}

function columnsOf(character: string): number {
  if (NONE.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
