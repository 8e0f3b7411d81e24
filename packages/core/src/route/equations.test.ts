import { describe, expect, it } from 'vitest';
import { equationsIn } from './equations.ts';

describe('equationsIn', () => {
  it('V1: reckons sums as they are written, products first', () => {
    const text = 'So 9 * $2 = $18. Then 2 + 3 × 4 = 14, 1,200 / 4 - 50 = 250 and 5 x 7 = 36.';
    expect(equationsIn(text).map(({ holds, value }) => [value, holds])).toEqual([
      [18, true],
      [14, true],
      [250, true],
      [35, false],
    ]);
    expect(equationsIn(text)[3]?.text).toBe('5 x 7 = 36');
  });

  it('V1: allows rounding, a negative result, Markdown and chains', () => {
    expect(equationsIn('10 / 3 = 3.33').every(({ holds }) => holds)).toBe(true);
    expect(equationsIn('5 - 9 = -4; 3 \\* 4 = 12').every(({ holds }) => holds)).toBe(true);
    expect(equationsIn('2 + 3 = 5 + 1 = 6')).toEqual([
      { text: '5 + 1 = 6', holds: true, value: 6 },
    ]);
  });

  it('V1: takes the sign before the first number, and a hyphen of a list for none', () => {
    const text = 'It is -48 (south) + 21 = (-48 + 21 - 3) = -48 + 21 - 3 = -30.\n-30 / 3 = -10';
    expect(equationsIn(text).map(({ value, holds }) => [value, holds])).toEqual([
      [-30, true],
      [-10, true],
    ]);
    expect(equationsIn('Costs\n- 3 + 4 = 7\n* 2 + 2 = 5').map(({ holds }) => holds)).toEqual([
      true,
      false,
    ]);
  });

  it('V1: leaves alone what is only part of a larger sum, or of an equation with unknowns', () => {
    for (const text of [
      '75 - 35 = 5C - 3C',
      'x + 3 + 4 = 10',
      'n - 3 + 4 = 10',
      '(3 + 4) * 2 + 1 = 15',
    ]) {
      expect(equationsIn(text), text).toEqual([]);
    }
    expect(equationsIn('3 + 4 = 7 apples, 2x3 = 6, 1 + 1 = 2kg')).toHaveLength(3);
  });

  it('V1: sees none where there is no sum, and is quick about hostile text', () => {
    for (const text of ['x = 5', 'a + b = c', '5 = 5', '3 +', '1 + = 2', '']) {
      expect(equationsIn(text)).toEqual([]);
    }
    const started = performance.now();
    for (const text of ['1'.repeat(50_000), '1+'.repeat(25_000), '1 = '.repeat(12_000)]) {
      equationsIn(text);
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
