import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costMicroUsd, dearestInput } from './price.ts';

describe('costMicroUsd', () => {
  it('L6: counts cached tokens at their own prices, and never twice', () => {
    const usage = {
      input: { total: 1000, cacheRead: 600, cacheWrite: 100 },
      output: { total: 50 },
    };
    const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
    expect(costMicroUsd(usage, price)).toBe(300 * 3 + 600 * 0.3 + 100 * 3.75 + 50 * 15);
  });

  it('L6: counts cached tokens in full where no other price is known, and a price per request', () => {
    const usage = { input: { total: 10, cacheRead: 10 }, output: { total: 0 } };
    expect(costMicroUsd(usage, { input: 2, output: 0, request: 0.001 })).toBe(1020);
  });

  it('L6: rounds up, but not for what binary fractions add', () => {
    expect(costMicroUsd({ input: { total: 1 }, output: {} }, { input: 0.05, output: 0 })).toBe(1);
    expect(costMicroUsd({ input: { total: 100 }, output: {} }, { input: 1.1, output: 0 })).toBe(
      110,
    );
  });

  it('L6: does not guess what was not reported', () => {
    expect(
      costMicroUsd({ input: {}, output: { total: 1 } }, { input: 1, output: 1 }),
    ).toBeUndefined();
    expect(
      costMicroUsd({ input: { total: 1 }, output: {} }, { input: 1, output: 1 }),
    ).toBeUndefined();
  });

  it('L6: is a whole number that never falls below the exact cost and never exceeds it by 1', () => {
    const tokens = fc.nat({ max: 1e7 });
    const cents = fc.nat({ max: 10_000 }).map((price) => price / 100);
    fc.assert(
      fc.property(tokens, tokens, cents, cents, (input, output, inPrice, outPrice) => {
        const usage = { input: { total: input }, output: { total: output } };
        const cost = costMicroUsd(usage, { input: inPrice, output: outPrice }) ?? Number.NaN;
        const hundredths = input * Math.round(inPrice * 100) + output * Math.round(outPrice * 100);
        expect(cost).toBe(Math.ceil(hundredths / 100));
      }),
    );
  });

  it('L6: never exceeds what the dearest tokens of input would cost', () => {
    const tokens = fc.nat({ max: 1e6 });
    const cents = fc.nat({ max: 1_000 }).map((price) => price / 100);
    fc.assert(
      fc.property(tokens, tokens, tokens, cents, cents, cents, (...drawn) => {
        const [fresh, cacheRead, cacheWrite, input, readPrice, writePrice] = drawn;
        const total = fresh + cacheRead + cacheWrite;
        const price = { input, output: 0, cacheRead: readPrice, cacheWrite: writePrice };
        const usage = { input: { total, cacheRead, cacheWrite }, output: {} };
        const most = costMicroUsd(
          { input: { total }, output: {} },
          { input: dearestInput(price), output: 0 },
        );
        expect(costMicroUsd(usage, price)).toBeLessThanOrEqual(most ?? Number.NaN);
      }),
    );
  });
});
