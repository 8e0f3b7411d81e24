import { splitGraphemes } from './graphemes.ts';
import { requireWhole } from './guards.ts';
import type { TruncateOptions } from './options.ts';

/**
 * Shortens a text to at most `limit` graphemes, the ellipsis included. A text that fits comes back unchanged; an
 * ellipsis that is longer than the limit is itself cut. Throws `RangeError` for a limit that is no whole number ≥ 0.
 */
export function truncate(text: string, limit: number, options: TruncateOptions = {}): string {
  const { ellipsis = '…', at = 'grapheme' } = options;
  requireWhole('limit', limit, 0);
  const characters = splitGraphemes(text);
  if (characters.length <= limit) return text;
  const mark = splitGraphemes(ellipsis);
  if (mark.length >= limit) return mark.slice(0, limit).join('');
  const room = limit - mark.length;
  const end = at === 'word' ? lastWordEnd(characters, room) : room;
  return characters.slice(0, end).join('').trimEnd() + ellipsis;
}

/** Where the last whole word within `room` ends; `room` itself where not even one word fits. */
function lastWordEnd(characters: readonly string[], room: number): number {
  for (let end = room; end > 0; end--) {
    if (isSpace(characters[end]) && !isSpace(characters[end - 1])) return end;
  }
  return room;
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && character.trim() === '';
}
