import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastOfBest } from './least-of-best.ts';

describe('leastOfBest', () => {
  it('M14: is what sorting would give, however close the sums are', () => {
    const sum = fc.oneof(
      fc.constantFrom(0.5, 1),
      fc.double({ min: 1e-6, max: 8, noNaN: true }),
      fc.double({ min: 1, max: 1.001, noNaN: true }),
    );
    const sums = fc.array(sum, { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(sums, fc.integer({ min: 1, max: 120 }), (values, most) => {
        // Every other place has no say.
        const all = Float64Array.from(values.flatMap((value) => [9, value]));
        const places = Uint32Array.from(values, (_, at) => 2 * at + 1);
        const sorted = values.toSorted((a, b) => b - a);
        const least = values.length <= most ? 0 : sorted[most - 1];
        expect(leastOfBest(all, places, most, new Float64Array(values.length))).toBe(least);
      }),
      { numRuns: 200, seed: 11 },
    );
  });
});
