import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrefixSums } from './prefix-sums.ts';

type Step = { readonly do: 'append' | 'set' | 'cut'; readonly at: number; readonly value: number };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    do: fc.constantFrom('append' as const, 'append' as const, 'set' as const, 'cut' as const),
    at: fc.nat(),
    value: fc.nat(50),
  }),
  { maxLength: 300, size: 'max' },
);

function play(sums: PrefixSums, list: number[], { do: what, at, value }: Step): void {
  if (what === 'append') {
    sums.append(value);
    list.push(value);
  } else if (what === 'cut') {
    list.length = Math.max(0, list.length - (at % 3));
    sums.truncate(list.length);
  } else if (list.length > 0) {
    sums.change(at % list.length, value - (list[at % list.length] ?? 0));
    list[at % list.length] = value;
  }
}

describe('PrefixSums', () => {
  it('L1: sums and searches agree with a plain list', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 4_000 }), (history, target) => {
        const sums = new PrefixSums();
        const list: number[] = [];
        for (const step of history) play(sums, list, step);
        let total = 0;
        const plain = list.map((amount) => {
          total += amount;
          return total;
        });
        expect(sums.length).toBe(list.length);
        expect(list.map((_, at) => sums.sum(at + 1))).toEqual(plain);
        const first = plain.findIndex((sum) => sum >= target);
        expect(sums.reaching(target)).toBe(first < 0 ? list.length : first);
        expect(sums.reaching(0)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
