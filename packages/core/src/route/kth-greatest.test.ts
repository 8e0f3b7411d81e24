import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kthGreatest } from './kth-greatest.ts';

describe('kthGreatest', () => {
  it('M14: is what sorting would give, with values that occur more than once', () => {
    const value = fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 2, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.nat(59), (values, at) => {
        const k = (at % values.length) + 1;
        const sorted = values.toSorted((a, b) => b - a);
        // What lies behind `count` has no say.
        const room = Float64Array.from([...values, 9, 9]);
        expect(kthGreatest(room, values.length, k)).toBe(sorted[k - 1]);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('M14: is 0 where there are not as many', () => {
    expect(kthGreatest(new Float64Array(4), 0, 1)).toBe(0);
  });
});
