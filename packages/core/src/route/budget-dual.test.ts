import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterAttempt, afterSpending, freeMoney } from './budget-dual.ts';

describe('afterSpending', () => {
  it('M14 L6: makes money dearer where more is spent than allowed, cheaper where less', () => {
    const dear = afterSpending(freeMoney, 3, 1, 0.1);
    expect(dear.lambda).toBeCloseTo(0.2, 12);
    expect(afterSpending(dear, 0, 1, 0.1).lambda).toBeCloseTo(0.1, 12);
    expect(afterSpending(freeMoney, 0, 1, 0.1)).toEqual({ lambda: 0 });
  });

  it('M14 L6: keeps spending to its rate, whatever quality money buys', () => {
    const gains = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 2_000,
      maxLength: 2_000,
    });
    fc.assert(
      fc.property(gains, fc.double({ min: 0.1, max: 0.9, noNaN: true }), (values, allowed) => {
        let dual = freeMoney;
        let spent = 0;
        for (const gain of values) {
          const cost = gain > dual.lambda ? 1 : 0;
          spent += cost;
          dual = afterSpending(dual, cost, allowed, 0.05);
        }
        // λ never leaves 0 to 1 + step, so what was spent too much is at most that over the step.
        expect(spent).toBeLessThanOrEqual(allowed * values.length + 1.05 / 0.05);
      }),
      { numRuns: 20 },
    );
  });
});

describe('afterAttempt', () => {
  it('M14 L6: makes money dearer by a hundredth of a success for an attempt that costs twice what it may', () => {
    const { lambda } = afterAttempt(freeMoney, 0.04, 0.02);
    expect(lambda * 0.02).toBeCloseTo(0.01, 12);
  });

  it('M14 L6: forgives a single attempt that cost a fortune, and is bounded', () => {
    let dual = afterAttempt(freeMoney, 1_000, 0.001);
    for (let at = 0; at < 10; at++) dual = afterAttempt(dual, 0, 0.001);
    expect(dual.lambda).toBe(0);
    for (let at = 0; at < 5_000; at++) dual = afterAttempt(dual, 1, 0.001);
    expect(dual.lambda).toBe(10_000);
  });
});
