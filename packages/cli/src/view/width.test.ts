import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, cut, pad, widthOf } from './width.ts';

describe('the width of text', () => {
  it.each([
    ['plain', 5],
    ['über ▪✓', 7],
    ['漢字', 4],
    ['e\u0301', 1],
    ['👍', 2],
    ['', 0],
  ])('A6: %j takes %i columns', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it('A6: cut presses white space together and shows that something is missing', () => {
    expect(cut('a\n  b\tc', 9)).toBe('a b c');
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('漢字漢字', 6)).toBe('漢字…');
    expect(clip('a   b', 9)).toBe('a   b');
    expect(cut('abc', 0)).toBe('');
  });

  it('A6: pads on either side', () => {
    expect(pad('字', 4)).toBe('字  ');
    expect(pad('12', 4, 'right')).toBe('  12');
    expect(pad('long', 2)).toBe('long');
  });

  it('A6 X5: nothing that is cut is wider than it may be, and nothing that fits is changed', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 0, max: 30 }),
        (text, width) => {
          expect(widthOf(clip(text, width))).toBeLessThanOrEqual(width);
          if (widthOf(text) <= width) expect(clip(text, width)).toBe(text);
        },
      ),
    );
  });
});
