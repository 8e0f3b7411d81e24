import { describe, expect, it } from 'vitest';
import { nested, oneOf, plus, rangeOf, times } from './quantity.ts';

const one = { mean: 100, own: 2_500, shared: 0 };
const common = { mean: 100, own: 0, shared: 50 };

function total(of: typeof one, count: number) {
  return Array.from({ length: count }, () => of).reduce(plus);
}

describe('rangeOf', () => {
  it('L6: what is one amount alone evens out over many, and what they have in common does not', () => {
    const width = (quantity: typeof one): number => {
      const { low, high } = rangeOf([quantity]);
      return high / low;
    };
    expect(width(total(one, 100))).toBeLessThan(1.3);
    expect(width(total(common, 100))).toBeCloseTo(width(total(common, 1)), 6);
    // What two groups have in common each evens out a little.
    const { low, high } = rangeOf([common, common]);
    expect(high / low).toBeLessThan(width(common));
  });

  it('L6: is exact where nothing is open, and never below its floor or above what is expected', () => {
    expect(rangeOf([{ mean: 7, own: 0, shared: 0 }])).toEqual({ low: 7, expected: 7, high: 7 });
    expect(rangeOf([])).toEqual({ low: 0, expected: 0, high: 0 });
    expect(rangeOf([{ mean: 10, own: 400, shared: 0 }], 9).low).toBe(9);
    const wide = rangeOf([{ mean: 10, own: 1e9, shared: 0 }]);
    expect(wide.low).toBeLessThanOrEqual(10);
    expect(wide.high).toBeGreaterThanOrEqual(10);
  });
});

describe('times and nested', () => {
  it('L6: a random number of random amounts scatters as both do', () => {
    // Calls of mean 2 and variance 1, of 100 ± 50 tokens each: 2 · 2,500 + 1 · 100².
    expect(times(one, { mean: 2, variance: 1, off: 0 })).toEqual({
      mean: 200,
      own: 15_000,
      shared: 0,
    });
    expect(times(one, { mean: 2, variance: 0, off: 0.5 }).shared).toBe(100);
    const inner = { mean: 3, variance: 2, off: 0.4 };
    expect(nested({ mean: 2, variance: 1, off: 0.3 }, inner)).toEqual({
      mean: 6,
      variance: 2 * 2 + 1 * 9,
      off: 0.5,
    });
  });
});

describe('oneOf', () => {
  it('L6: adds how far the choices are apart', () => {
    const choices = [
      { mean: 0, own: 0, shared: 0, weight: 0.5 },
      { mean: 20, own: 0, shared: 0, weight: 0.5 },
    ];
    expect(oneOf(choices, true)).toEqual({ mean: 10, own: 0, shared: 10 });
    expect(oneOf(choices, false)).toEqual({ mean: 10, own: 100, shared: 0 });
  });
});
