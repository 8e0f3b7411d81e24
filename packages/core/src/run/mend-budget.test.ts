import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mendBudget, mostOf } from './mend-budget.ts';

describe('mendBudget', () => {
  it('K10 L6: gives ways half of what is left of their share, and nothing where nothing is left', () => {
    expect(mendBudget({ calls: 20, usd: 1 }, 0.2, [])).toEqual({ calls: 2, usd: 0.1 });
    expect(mendBudget({ calls: 4 }, 0.2, [])).toBe('used-up');
    expect(mendBudget(undefined, 0.2, [])).toBeUndefined();
    const used = { calls: 3, inputTokens: 0, outputTokens: 0, microUsd: 0 };
    expect(mendBudget({ calls: 20 }, 0.2, [used, undefined])).toEqual({ calls: 1 });
  });

  it('K10 L6: gives all of them together no more than their share, however many there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (calls, share) => {
          const given: ReturnType<typeof mostOf>[] = [];
          for (let nth = 0; nth < 20; nth++) {
            const budget = mendBudget({ calls, tokens: calls * 7 }, share, given);
            if (budget === undefined || budget === 'used-up') break;
            given.push(mostOf(budget));
          }
          const sum = (of: (one: ReturnType<typeof mostOf>) => number): number =>
            given.reduce((total, one) => total + of(one), 0);
          expect(sum((one) => one.calls)).toBeLessThanOrEqual(calls * share);
          expect(sum((one) => one.inputTokens)).toBeLessThanOrEqual(calls * 7 * share);
        },
      ),
    );
  });
});
