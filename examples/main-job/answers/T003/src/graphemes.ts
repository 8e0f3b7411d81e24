const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * Splits a text into graphemes, which is what a reader calls characters: a letter with its combining marks, a joined
 * emoji, a flag and a CRLF are one each. The parts put together are the text, whatever it holds.
 */
export function splitGraphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Counts the graphemes of a text without keeping them. */
export function countGraphemes(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count++;
  return count;
}
