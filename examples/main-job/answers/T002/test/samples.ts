/** A text that is easy to get wrong, and its true length. */
export interface Sample {
  readonly name: string;
  readonly text: string;
  readonly graphemes: number;
}

/** Awkward texts for tests that must hold for any text. */
export const samples: readonly Sample[] = [
  { name: 'empty', text: '', graphemes: 0 },
  { name: 'plain words', text: 'the quick brown fox jumps', graphemes: 25 },
  { name: 'only space', text: ' \t  ', graphemes: 4 },
  { name: 'combining marks', text: 'cafe\u0301 re\u0301sume\u0301', graphemes: 11 },
  { name: 'a joined family', text: 'we are 👩‍👩‍👧 here', graphemes: 13 },
  { name: 'flags and tones', text: '🇳🇱🇯🇵 👍🏽👍🏿', graphemes: 5 },
  { name: 'right to left', text: 'שלום עולם', graphemes: 9 },
  { name: 'no spaces', text: '我能吞下玻璃而不伤身体', graphemes: 11 },
  { name: 'line breaks', text: 'one two\r\n\r\nthree four', graphemes: 19 },
  { name: 'one long word', text: 'ab'.repeat(40), graphemes: 80 },
];
