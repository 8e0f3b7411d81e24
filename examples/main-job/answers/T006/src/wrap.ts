import { countGraphemes, splitGraphemes } from './graphemes.ts';
import { requireWhole } from './guards.ts';
import type { WrapOptions } from './options.ts';

/**
 * Breaks a text into lines of at most `width` graphemes, between words where it can. Line breaks of the text stay, runs
 * of other space become one space, and a word that is longer than a line is cut.
 * Throws `RangeError` for a width that leaves no room beside the indent.
 */
export function wrap(text: string, width: number, options: WrapOptions = {}): string {
  const { indent = '' } = options;
  requireWhole('width', width, 1);
  const room = requireWhole('width less the indent', width - countGraphemes(indent), 1);
  return text
    .split(/\r?\n/)
    .flatMap((line) => fill(line, room))
    .map((line) => (line === '' ? '' : indent + line))
    .join('\n');
}

/** Fills lines with the words of one paragraph, each line as full as it gets; one empty line where there is no word. */
function fill(paragraph: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of paragraph
    .trim()
    .split(/\s+/)
    .flatMap((long) => cut(long, room))) {
    const length = countGraphemes(word);
    if (used > 0 && used + 1 + length <= room) {
      line += ` ${word}`;
      used += 1 + length;
    } else {
      if (used > 0) lines.push(line);
      line = word;
      used = length;
    }
  }
  return [...lines, line];
}

function cut(word: string, room: number): string[] {
  const characters = splitGraphemes(word);
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += room) {
    pieces.push(characters.slice(at, at + room).join(''));
  }
  return pieces;
}
