import { splitGraphemes } from './graphemes.ts';
import { requireWhole } from './guards.ts';
import type { TruncateOptions } from './options.ts';

/**
 * Shortens a text to `limit` graphemes and marks the cut with an ellipsis. A text that fits comes back unchanged.
 * Throws `RangeError` for a limit that is no whole number ≥ 0.
 */
export function truncate(text: string, limit: number, options: TruncateOptions = {}): string {
  const { ellipsis = '…', at = 'grapheme' } = options;
  requireWhole('limit', limit, 0);
  const characters = splitGraphemes(text);
  if (characters.length <= limit) return text;
  const end = at === 'word' ? lastWordEnd(characters, limit) : limit;
  return characters.slice(0, end).join('').trimEnd() + ellipsis;
}

/** Where the last whole word within `room` ends; `room` itself where not even one word fits. */
function lastWordEnd(characters: readonly string[], room: number): number {
  for (let end = room; end > 0; end--) {
    if (characters[end]?.trim() === '') return end;
  }
  return room;
}
