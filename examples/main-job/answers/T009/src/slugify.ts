import { splitGraphemes } from './graphemes.ts';
import { requireWhole } from './guards.ts';
import type { SlugifyOptions } from './options.ts';

/** Letters that do not come apart into a plain letter and a mark, spelt out. */
const spelling: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  '&': ' and ',
};

/**
 * Makes a name for addresses and files: lower case, accents gone, words joined by the separator. Letters and digits of
 * every script stay; all else parts words, but for apostrophes, which vanish. With `maxLength` it ends after a whole
 * word where one fits. The result is empty when the text has no letter and no digit.
 * Throws `RangeError` for a `maxLength` that is no whole number ≥ 0.
 */
export function slugify(text: string, options: SlugifyOptions = {}): string {
  const { separator = '-', maxLength } = options;
  const words = wordsOf(text);
  if (maxLength === undefined) return words.join(separator);
  return fit(words, separator, requireWhole('maxLength', maxLength, 0));
}

function wordsOf(text: string): string[] {
  const plain = text
    .toLowerCase()
    .replace(/[ßæœøłđðþı&]/g, (letter) => spelling[letter] ?? letter)
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'’]/g, '')
    .normalize('NFC');
  return plain.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}\u200c\u200d]*/gu) ?? [];
}

/** Joins as many words as fit; a first word that is too long is cut. */
function fit(
  [first = '', ...rest]: readonly string[],
  separator: string,
  maxLength: number,
): string {
  let slug = splitGraphemes(first).slice(0, maxLength).join('');
  for (const word of rest) {
    const longer = slug + separator + word;
    if (splitGraphemes(longer).length > maxLength) break;
    slug = longer;
  }
  return slug;
}
