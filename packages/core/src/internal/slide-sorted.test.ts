import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slideSorted } from './slide-sorted.ts';

describe('slideSorted', () => {
  it('M1: keeps a sliding window sorted, as sorting it anew would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 })),
        fc.integer({ min: 1, max: 6 }),
        (values, most) => {
          const window: number[] = [];
          const sorted: number[] = [];
          for (const value of values) {
            window.push(value);
            slideSorted(sorted, value, window.length > most ? window.shift() : undefined);
            expect(sorted).toEqual(window.toSorted((a, b) => a - b));
          }
        },
      ),
      { numRuns: 200, seed: 4 },
    );
  });
});
